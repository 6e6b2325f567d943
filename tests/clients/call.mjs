// node call.mjs CLIENT URL BODY NAME VALUE ... : as Call.java does.
import http from "node:http";

const [client, url, body, ...words] = process.argv.slice(2);
const headers = Object.fromEntries(words.flatMap((word, at) => (at % 2 ? [] : [[word, words[at + 1]]])));
const agent = new http.Agent({ keepAlive: true });

async function byFetch() {
  const answer = await fetch(url, { method: "POST", headers, body });
  return `${answer.status} ${answer.headers.has("signature")} ${await answer.text()}`;
}

// Nothing says how long the body is, so that it goes in chunks.
const byHttp = () =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", headers, agent }, (answer) => {
      const pieces = [];
      answer.on("data", (piece) => pieces.push(piece));
      answer.on("end", () => {
        resolve(`${answer.statusCode} ${"signature" in answer.headers} ${Buffer.concat(pieces)}`);
      });
    });
    request.on("error", reject);
    request.write(body.slice(0, 5));
    request.end(body.slice(5));
  });

for (let time = 0; time < 2; time += 1) console.log(await (client === "http" ? byHttp() : byFetch()));
agent.destroy();
