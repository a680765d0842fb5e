// The main path as another department's TypeScript program would do it: over HTTP, by types that
// openapi-typescript generates from the gateway's /openapi.json into rectify.mts, with nothing cast.
//
// Reads a JSON object on stdin (the gateway, tokens, names of what exists) and prints one about the
// result.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./rectify.mjs";

type Problem = components["schemas"]["Problem"];
// Some paths take and answer sheets as well.
type Json = `application/${"" | "problem+"}json`;

interface Given {
  addresses: { gateway: string };
  tokens: Record<string, string>;
  parent: string;
  officers: string[];
  street: string;
  venue_id: string;
  venue_name: string;
  now: string;
}

// What was asked for; what went wrong is an error.
async function done<T>(answer: Promise<{ data?: T; error?: Problem }>): Promise<T> {
  const { data, error } = await answer;
  if (data === undefined) throw new Error(`${error?.reason}: ${error?.detail}`);
  return data;
}

// JSON leaves out what is empty.
function given<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`no ${what}`);
  return value;
}

// Other services hear of a change a moment later.
async function until<T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> {
  const giveUp = Date.now() + 20000;
  while (Date.now() < giveUp) {
    const result = await attempt();
    if (result !== undefined) return result;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${what} within 20 s`);
}

const idOf = (name: string | undefined) => given(name, "name").split("/").slice(-1)[0];

async function run({ addresses, tokens, parent, officers, ...start }: Given) {
  const caller = (role: string) => createClient<paths, Json>({
    baseUrl: addresses.gateway,
    headers: { Authorization: `Bearer ${tokens[role]}` },
  });
  const districtId = idOf(parent);
  const inspector = caller("inspector");
  const header = () => ({ "Idempotency-Key": randomUUID() });

  const venue = await done(caller("registrar").POST("/v1/districts/{districtId}/venues", {
    params: { path: { districtId }, query: { venueId: start.venue_id }, header: header() },
    body: {
      displayName: start.venue_name, venueClass: "VENUE_CLASS_CROWDED", kind: "VENUE_KIND_MALL",
      noUsccReason: "示例：无照经营", address: "示例路1号", street: start.street,
    },
  }));
  const inspection = await done(inspector.POST("/v1/districts/{districtId}/inspections:record", {
    params: { path: { districtId }, header: header() },
    body: {
      inspection: {
        venue: given(venue.name, "venue"), inspectTime: start.now, officers,
        findings: [{
          catalogCode: "B02", disposition: "DISPOSITION_ORDER", description: "消火栓箱门损坏",
        }],
      },
    },
  }));

  const drafted = await until("drafted order", async () => {
    const query = { filter: `inspection = "${inspection.name}"` };
    const { orders } = await done(inspector.GET("/v1/districts/{districtId}/orders", {
      params: { path: { districtId }, query },
    }));
    return orders?.[0];
  });
  const params = () => ({ path: { districtId, orderId: idOf(drafted.name) }, header: header() });
  const early = await inspector.POST("/v1/districts/{districtId}/orders/{orderId}:issue", {
    params: params(), body: {},
  });
  await done(inspector.POST("/v1/districts/{districtId}/orders/{orderId}:submit", {
    params: params(), body: {},
  }));
  for (const role of ["department_head", "legal_reviewer", "chief"]) {
    await done(caller(role).POST("/v1/districts/{districtId}/orders/{orderId}:approve", {
      params: params(), body: { opinion: "同意" },
    }));
  }
  await done(inspector.POST("/v1/districts/{districtId}/orders/{orderId}:issue", {
    params: params(), body: {},
  }));
  const served = await done(inspector.POST("/v1/districts/{districtId}/orders/{orderId}:serve", {
    params: params(),
    body: {
      service: {
        method: "SERVICE_METHOD_DIRECT", serveTime: start.now, receiver: "示例收件人（本人）",
        officers, proof: "示例送达回证",
      },
    },
  }));
  await done(caller("manager").POST("/v1/districts/{districtId}/orders/{orderId}:report", {
    params: params(), body: { statement: "箱门已更换" },
  }));
  const closed = await done(inspector.POST("/v1/districts/{districtId}/orders/{orderId}:recheck", {
    params: params(),
    body: {
      recheckTime: start.now, officers,
      results: given(served.items, "items").map((item) => (
        { finding: given(item.finding, "finding"), rectified: true })),
    },
  }));

  const finding = await until("rectified finding", async () => {
    const findingId = idOf(inspection.findings?.[0]?.name);
    const found = await done(inspector.GET("/v1/districts/{districtId}/findings/{findingId}", {
      params: { path: { districtId, findingId } },
    }));
    return found.state === "STATE_RECTIFIED" ? found : undefined;
  });
  return {
    order: closed.name, number: closed.documentNumber, order_state: closed.state,
    finding: finding.name, finding_state: finding.state, early: early.error?.reason,
  };
}

console.log(JSON.stringify(await run(JSON.parse(readFileSync(0, "utf8")))));
