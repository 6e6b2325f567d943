"use strict";
// Sends a picture smaller and written anew, without what cameras note in it; what cannot be drawn goes as it is.
const at = (id) => document.getElementById(id);
const LONGEST = 1600;

async function smaller(file) {
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * scale));
    canvas.height = Math.max(1, Math.round(picture.height * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    return (await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85))) ?? file;
  } catch {
    return file;
  }
}

at("upload").addEventListener("submit", async (event) => {
  event.preventDefault();
  at("problem").hidden = true;
  const answer = await fetch(location.pathname, { method: "POST", body: await smaller(at("picture").files[0]) })
    .catch(() => null);
  at("kept").hidden = !answer?.ok;
  at("upload").hidden = Boolean(answer?.ok);
  if (answer?.ok) return;
  at("problem").textContent = answer ? (await answer.json()).problem : String(answer);
  at("problem").hidden = false;
});
