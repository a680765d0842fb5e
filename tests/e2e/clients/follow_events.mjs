// Follows a stream of Server-Sent Events as a browser does, by the npm package `eventsource`: it comes
// back by itself when the connection breaks, with the id of the last event that it has seen.
// Usage: node follow_events.mjs URL; the token is in TOKEN. Prints a line of JSON for each event:
// {id, subject, position}; {open} when it is connected, {problem} for the server's last word.
import { EventSource } from "eventsource";

const [url] = process.argv.slice(2);
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const source = new EventSource(url, {
  fetch: (input, init) =>
    fetch(input, {
      ...init,
      headers: { ...init.headers, Authorization: `Bearer ${process.env.TOKEN}` },
    }),
});
source.addEventListener("open", () => print({ open: true }));
source.addEventListener("message", (message) => {
  const { subject, position } = JSON.parse(message.data);
  print({ id: message.lastEventId, subject, position });
});
source.addEventListener("problem", (message) => {
  print({ problem: JSON.parse(message.data) });
  source.close();
});
