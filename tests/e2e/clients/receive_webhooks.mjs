// Receives webhooks as a partner's system does: verified by the npm package `standardwebhooks`, read by the
// SDK of CloudEvents. Usage: node receive_webhooks.mjs; the secret is in SECRET, the port, if it matters, in
// PORT. Prints a line of JSON: first {port}, then for each call {id, position, type, subject} or {refused}.
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { CloudEvent, HTTP } from "cloudevents";
import { Webhook } from "standardwebhooks";

const webhook = new Webhook(process.env.SECRET);
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

function take(headers, body) {
  webhook.verify(body, headers);
  const event = HTTP.toEvent({ headers, body });
  if (!(event instanceof CloudEvent)) throw new Error("no CloudEvent");
  event.validate();
  return event;
}

const server = createServer(async (request, response) => {
  const body = await text(request);
  try {
    const { type, subject, position } = take(request.headers, body);
    response.writeHead(204).end();
    print({ id: request.headers["webhook-id"], position: Number(position), type, subject });
  } catch (error) {
    response.writeHead(401).end(String(error.message));
    print({ refused: String(error.message) });
  }
});
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () => print({ port: server.address().port }));
