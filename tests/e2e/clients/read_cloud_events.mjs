// Reads a batch of CloudEvents from standard input as a subscriber does, by the SDK, which validates
// each against the specification; prints {id, type, subject, position, data} of each as a line of JSON.
import { HTTP, CloudEvent } from "cloudevents";
import { text } from "node:stream/consumers";

const body = await text(process.stdin);
const events = HTTP.toEvent({
  headers: { "content-type": "application/cloudevents-batch+json" },
  body,
});
for (const event of events) {
  if (!(event instanceof CloudEvent)) throw new Error("no CloudEvent");
  event.validate();
  const { id, type, subject, position, data } = event;
  console.log(JSON.stringify({ id, type, subject, position, data }));
}
