"use strict";
// The page shows what the suite tells it and sends what the person says; it decides nothing.
const at = (id) => document.getElementById(id);
const lang = document.documentElement.lang;
let state = { number: 0, stage: "" };
let uploading = "";
let drawn = 0;

function text(id, value) {
  at(id).textContent = value;
  at(id).hidden = value === "";
}

function show(told) {
  const moved = told.number !== state.number || told.stage !== state.stage;
  state = told;
  for (const id of ["progress", "what", "customer", "amount", "code", "trouble", "more", "pictures", "upload"]) text(id, told[id]);
  at("scan").hidden = told.stage !== "scanning";
  at("review").hidden = told.stage !== "reviewing";
  at("pictures-too").hidden = told.upload === "" && told.pictures === "";
  at("upload-code").hidden = told.upload === "";
  if (told.upload !== "" && told.upload !== uploading) at("upload-code").src = `upload.svg?${++drawn}`;
  uploading = told.upload;
  const over = told.stage === "stopped" || told.stage === "over";
  at("stop").hidden = over;
  if (over) events.close();
  at("lines").replaceChildren(...told.lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
  if (!moved) return;
  at("head").textContent = told.head;
  text("problem", "");
  if (told.stage === "scanning") {
    at("qr").src = `qr/${told.number}.svg`;
    const person = at("person").value;
    at("answer").reset();
    at("person").value = person;
  }
  at("head").focus();
}

async function send(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ number: state.number, ...body }),
  }).catch(() => null);
  at("gone").hidden = answer !== null;
  if (answer !== null && !answer.ok) text("problem", (await answer.json()).problem);
}

at("answer").addEventListener("submit", (event) => {
  event.preventDefault();
  send("answers", Object.fromEntries(new FormData(at("answer"))));
});
at("next").addEventListener("click", () => send("choices", { again: false }));
at("again").addEventListener("click", () => send("choices", { again: true }));
at("stop").addEventListener("click", () => send("stop", {}));

const events = new EventSource(`events?lang=${lang}`);
events.onmessage = (event) => { at("gone").hidden = true; show(JSON.parse(event.data)); };
events.onerror = () => { at("gone").hidden = events.readyState === EventSource.CLOSED && state.stage !== ""; };
