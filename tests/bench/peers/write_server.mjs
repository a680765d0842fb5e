// What one would write first: an HTTP service that takes an inspection as JSON and writes its rows.
// The statements come from a file, [{text, values: [names]}]: several run in one transaction, a single
// one commits by itself.
import { randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import Fastify from "fastify";
import pg from "pg";

const POOL = 16;

const statements = JSON.parse(readFileSync(process.argv[2], "utf8")).map((statement, n) => ({
  ...statement,
  name: `write${n}`, // named, so that each connection prepares it once
}));
const pool = new pg.Pool({ max: POOL });

// A time-ordered id (UUIDv7).
function newId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function run(client, { name, text, values }, ids) {
  return client.query({ name, text, values: values.map((value) => ids[value]) });
}

async function write(ids) {
  if (statements.length === 1) return run(pool, statements[0], ids);
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    for (const statement of statements) await run(client, statement, ids);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  } finally {
    client.release();
  }
}

const text = { type: "string", minLength: 1 };
const body = {
  type: "object",
  required: ["venue", "inspect_time", "officers", "findings"],
  properties: {
    venue: text,
    inspect_time: text,
    summary: text,
    officers: { type: "array", items: text },
    findings: {
      type: "array",
      items: {
        type: "object",
        required: ["catalog_code", "disposition"],
        properties: { catalog_code: text, disposition: text, description: text, location: text },
      },
    },
  },
};

const server = Fastify();
server.post("/inspections", { schema: { body } }, async (request) => {
  const ids = {
    inspection: newId(),
    finding: newId(),
    request: randomUUID(),
    venue: request.body.venue.split("/").at(-1),
  };
  await write(ids);
  return { ...request.body, name: `districts/120110/inspections/${ids.inspection}` };
});
await server.listen({ host: "127.0.0.1", port: 0 });
console.log(server.server.address().port);
process.on("SIGTERM", () => process.exit(0));
