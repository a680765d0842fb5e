// The ten steps as another department's TypeScript program would walk them: over HTTP, by types that
// openapi-typescript generates from the gateway's /openapi.json into rectify.mts, with nothing cast.
//
// Reads a JSON object on stdin (the gateway, tokens, names of what exists) and prints one about the
// result. Run once for the casework, and later once more to catch up.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import createClient from "openapi-fetch";
import type { components, paths } from "./rectify.mjs";

type Problem = components["schemas"]["Problem"];
type FindingState = components["schemas"]["Finding"]["state"];
type FeedHead = components["schemas"]["FeedHead"];
type CalendarDate = components["schemas"]["Date"];
// Some paths take and answer sheets as well.
type Json = `application/${"" | "problem+"}json`;
type Role = "registrar" | "inspector" | "department_head" | "legal_reviewer" | "chief" | "operator" |
  "street_officer" | "department_staff" | "venue_manager";

interface Given {
  addresses: { gateway: string };
  tokens: Record<Role, string>;
  parent: string;
  officers: string[];
  street: string;
  department: string;
  campaign_id: string;
  venue_id: string;
  venue_name: string;
  now: string;
  today: CalendarDate;
  due_date: CalendarDate;
}

interface Casework extends Given {
  phase: "casework";
  webhook_url: string;
}

interface CatchUp extends Given {
  phase: "catch_up";
  // What the casework came to.
  first: Awaited<ReturnType<typeof casework>>;
}

// ---- What the steps have in common

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

const idOf = (name: string) => name.slice(name.lastIndexOf("/") + 1);
// Of a command: with the same key it may be sent again until there is an answer.
const header = () => ({ "Idempotency-Key": randomUUID() });

const setup = ({ addresses, tokens }: Given, role: Role) => ({
  baseUrl: addresses.gateway, headers: { Authorization: `Bearer ${tokens[role]}` },
});
const caller = (start: Given, role: Role) => createClient<paths, Json>(setup(start, role));

async function inspect(start: Given, venue: string, lead?: string) {
  const districtId = idOf(start.parent);
  return done(caller(start, "inspector").POST("/v1/districts/{districtId}/inspections:record", {
    params: { path: { districtId }, header: header() },
    body: {
      inspection: {
        venue, lead, inspectTime: start.now, officers: start.officers,
        findings: [{
          catalogCode: "B02", disposition: "DISPOSITION_ORDER", description: "消火栓箱门损坏",
        }],
      },
    },
  }));
}

async function draftedOrder(start: Given, inspection: string) {
  const path = { districtId: idOf(start.parent) };
  return until("drafted order", async () => {
    const { orders } = await done(caller(start, "inspector").GET("/v1/districts/{districtId}/orders", {
      params: { path, query: { filter: `inspection = "${inspection}"` } },
    }));
    return orders?.[0]?.name;
  });
}

async function findingBecomes(start: Given, finding: string, wanted: FindingState) {
  const path = { districtId: idOf(start.parent), findingId: idOf(finding) };
  return until(`finding in ${wanted}`, async () => {
    const { state } = await done(caller(start, "inspector").GET(
      "/v1/districts/{districtId}/findings/{findingId}", { params: { path } }));
    return state === wanted ? state : undefined;
  });
}

// ---- Steps one to seven

// A reader keeps position, epoch and chain of the last event that it has applied.
async function whereTheFeedIs(start: Given) {
  return done(caller(start, "operator").GET("/v1/sources/{source}/feeds/{feed}:head", {
    params: { path: { source: "hazard", feed: "internal" } },
  }));
}

async function registerTheVenue(start: Given) {
  const { name } = await done(caller(start, "registrar").POST("/v1/districts/{districtId}/venues", {
    params: {
      path: { districtId: idOf(start.parent) }, query: { venueId: start.venue_id }, header: header(),
    },
    body: {
      displayName: start.venue_name, venueClass: "VENUE_CLASS_CROWDED", kind: "VENUE_KIND_MALL",
      noUsccReason: "示例：无照经营", address: "示例路1号", street: start.street,
    },
  }));
  return given(name, "venue");
}

async function handInALead(start: Given, venue: string) {
  const path = { districtId: idOf(start.parent) };
  const { name } = await done(caller(start, "street_officer").POST(
    "/v1/districts/{districtId}/leads", {
      params: { path, header: header() },
      body: {
        lead: {
          // The id of our own system: handed in twice, it is one lead all the same.
          source: "SOURCE_GRID_WORKER", externalId: `grid-${start.venue_id}`,
          category: "CATEGORY_OTHER", text: "示例：消火栓箱门损坏", place: "示例路1号一层", venue,
        },
      },
    }));
  const lead = given(name, "lead");
  await done(caller(start, "department_head").POST("/v1/districts/{districtId}/leads/{leadId}:accept", {
    params: { path: { ...path, leadId: idOf(lead) }, header: header() },
    body: { officer: start.officers[0] },
  }));
  return lead;
}

async function inspectAndVerifyTheLead(start: Given, venue: string, lead: string) {
  const { name, findings } = await inspect(start, venue, lead);
  const inspection = given(name, "inspection");
  await done(caller(start, "inspector").POST("/v1/districts/{districtId}/leads/{leadId}:verify", {
    params: { path: { districtId: idOf(start.parent), leadId: idOf(lead) }, header: header() },
    body: { outcome: "OUTCOME_CONFIRMED", inspection, text: "示例：现场核查属实" },
  }));
  return { inspection, finding: given(findings?.[0]?.name, "finding") };
}

// Answers why it was refused before anybody had approved it.
async function orderAndServe(start: Given, order: string) {
  const inspector = caller(start, "inspector");
  const path = { districtId: idOf(start.parent), orderId: idOf(order) };
  const params = () => ({ path, header: header() });
  const issue = () => inspector.POST("/v1/districts/{districtId}/orders/{orderId}:issue", {
    params: params(), body: {},
  });
  const { error } = await issue();
  await done(inspector.POST("/v1/districts/{districtId}/orders/{orderId}:submit", {
    params: params(), body: {},
  }));
  for (const role of ["department_head", "legal_reviewer", "chief"] as const) {
    await done(caller(start, role).POST("/v1/districts/{districtId}/orders/{orderId}:approve", {
      params: params(), body: { opinion: "同意" },
    }));
  }
  await done(issue());
  await done(inspector.POST("/v1/districts/{districtId}/orders/{orderId}:serve", {
    params: params(),
    body: {
      service: {
        method: "SERVICE_METHOD_DIRECT", serveTime: start.now, receiver: "示例收件人（本人）",
        officers: start.officers, proof: "示例送达回证",
      },
    },
  }));
  return error?.reason;
}

// The department's system is told of its tasks at its own address. The secret, by which what comes is
// signed, is told once and never again.
async function joinAsAPartner(start: Casework) {
  const registrar = caller(start, "registrar");
  const path = { districtId: idOf(start.parent) };
  const partner = await done(registrar.POST("/v1/districts/{districtId}/partners", {
    params: { path, header: header() },
    body: {
      displayName: `${start.venue_name}的平台`, role: "ROLE_DEPARTMENT_STAFF",
      posts: [start.department], scopes: ["rectify.hazard.v1.DepartmentTasks.*"],
      eventTypes: ["rectify.hazard.v1.DepartmentTaskAssigned"],
    },
  }));
  const partnerId = idOf(given(partner.name, "partner"));
  const { webhook, secret } = await done(registrar.POST(
    "/v1/districts/{districtId}/partners/{partnerId}/webhooks", {
      params: { path: { ...path, partnerId }, header: header() },
      body: { webhook: { url: start.webhook_url } },
    }));
  return { webhook: given(webhook?.name, "webhook"), secret: given(secret, "secret") };
}

async function assignATask(start: Given) {
  const head = caller(start, "department_head");
  const path = { districtId: idOf(start.parent) };
  const campaign = await done(head.POST("/v1/districts/{districtId}/campaigns", {
    params: { path, header: header() },
    body: {
      campaignId: start.campaign_id,
      campaign: {
        title: "示例专项行动", checklist: "four-class",
        phases: [{ title: "示例阶段", firstDay: start.today, lastDay: start.due_date }],
      },
    },
  }));
  await done(head.POST("/v1/districts/{districtId}/campaigns/{campaignId}:activate", {
    params: { path: { ...path, campaignId: start.campaign_id }, header: header() }, body: {},
  }));
  const { name } = await done(head.POST("/v1/districts/{districtId}/departmentTasks:assign", {
    params: { path, header: header() },
    body: {
      task: {
        campaign: given(campaign.name, "campaign"), department: start.department,
        dueDate: start.due_date, text: "示例：督促单位维修消火栓",
      },
    },
  }));
  return given(name, "task");
}

async function hearOfTheTask(start: Given, webhook: string, task: string) {
  // districts/{districtId}/partners/{partnerId}/webhooks/{webhookId}
  const [, districtId, , partnerId, , webhookId] = webhook.split("/");
  await until("delivery of the task", async () => {
    const { deliveries } = await done(caller(start, "registrar").GET(
      "/v1/districts/{districtId}/partners/{partnerId}/webhooks/{webhookId}/deliveries", {
        params: {
          path: { districtId, partnerId, webhookId },
          query: { filter: `state = "DELIVERED" AND subject = "${task}"` },
        },
      }));
    return deliveries?.[0];
  });
}

async function reportTheTask(start: Given, task: string) {
  const path = { districtId: idOf(start.parent), departmentTaskId: idOf(task) };
  await done(caller(start, "department_staff").POST(
    "/v1/districts/{districtId}/departmentTasks/{departmentTaskId}:report", {
      params: { path, header: header() }, body: { report: "示例：已督促单位维修" },
    }));
  return done(caller(start, "department_head").POST(
    "/v1/districts/{districtId}/departmentTasks/{departmentTaskId}:accept", {
      params: { path, header: header() }, body: {},
    }));
}

async function rectifyAndRecheck(start: Given, order: string, finding: string) {
  const path = { districtId: idOf(start.parent), orderId: idOf(order) };
  const params = () => ({ path, header: header() });
  await done(caller(start, "venue_manager").POST("/v1/districts/{districtId}/orders/{orderId}:report", {
    params: params(), body: { statement: "箱门已更换" },
  }));
  return done(caller(start, "inspector").POST("/v1/districts/{districtId}/orders/{orderId}:recheck", {
    params: params(),
    body: {
      recheckTime: start.now, officers: start.officers, results: [{ finding, rectified: true }],
    },
  }));
}

async function replyToTheLead(start: Given, lead: string) {
  return done(caller(start, "inspector").POST("/v1/districts/{districtId}/leads/{leadId}:reply", {
    params: { path: { districtId: idOf(start.parent), leadId: idOf(lead) }, header: header() },
    body: { result: "REPLY_RESULT_TOLD", text: "示例：已告知网格员" },
  }));
}

async function casework(start: Casework) {
  const noted = await whereTheFeedIs(start);
  const venue = await registerTheVenue(start);
  const lead = await handInALead(start, venue);
  const { inspection, finding } = await inspectAndVerifyTheLead(start, venue, lead);
  const order = await draftedOrder(start, inspection);
  const early = await orderAndServe(start, order);
  await findingBecomes(start, finding, "STATE_ORDERED");
  const { webhook, secret } = await joinAsAPartner(start);
  const task = await assignATask(start);
  await hearOfTheTask(start, webhook, task);
  const accepted = await reportTheTask(start, task);
  const closed = await rectifyAndRecheck(start, order, finding);
  const rectified = await findingBecomes(start, finding, "STATE_RECTIFIED");
  const replied = await replyToTheLead(start, lead);
  return {
    noted, venue, lead, inspection, finding, order, early, webhook, secret, task,
    order_state: closed.state, number: closed.documentNumber, finding_state: rectified,
    task_state: accepted.state, lead_state: replied.state,
  };
}

// ---- Steps eight to ten, thirty days later

// From where it was to the head, page by page.
async function missed(start: Given, noted: FeedHead) {
  const operator = caller(start, "operator");
  const read = [];
  for (let last = noted; ;) {
    const { events } = await done(operator.GET("/v1/sources/{source}/feeds/{feed}/events", {
      params: {
        path: { source: "hazard", feed: "internal" },
        // The chain says which history was read: of another one there is no next page.
        query: {
          afterPosition: last.position, afterEpoch: last.epoch, afterChain: last.chain, maxEvents: 5,
        },
      },
    }));
    if (events === undefined) return read;
    read.push(...events);
    last = events[events.length - 1];
  }
}

// The header of the list of findings as a sheet, and the line of ours.
async function sheet(start: Given, venue: string, finding: string) {
  const sheets = createClient<paths, "text/csv">(setup(start, "inspector"));
  const { data } = await sheets.GET("/v1/districts/{districtId}/findings.csv", {
    params: { path: { districtId: idOf(start.parent) }, query: { filter: `venue = "${venue}"` } },
    parseAs: "text", // Which takes off the BOM.
  });
  const [heading, ...lines] = given(data, "sheet").split("\r\n");
  return [heading, given(lines.find((line) => line.startsWith(`${finding},`)), "line of the finding")];
}

// What has to be done next for the venue and by when, as calendar programs show it.
async function runningClock(start: Given, venue: string) {
  const calendars = createClient<paths, "text/calendar">(setup(start, "inspector"));
  const { data } = await calendars.GET("/v1/districts/{districtId}/clocks.ics", {
    params: {
      path: { districtId: idOf(start.parent) },
      query: { filter: `venue = "${venue}" AND state = "RUNNING"` },
    },
    parseAs: "text",
  });
  const calendar = new ICAL.Component(ICAL.parse(given(data, "calendar")));
  const event = new ICAL.Event(given(calendar.getAllSubcomponents("vevent")[0], "event"));
  return {
    uid: event.uid, summary: event.summary, day: event.startDate.toString().slice(0, 10),
  };
}

async function catchUp(start: CatchUp) {
  const { venue, lead, inspection, finding, task, noted } = start.first;
  const events = await missed(start, noted);
  const own = [lead, inspection, finding, task];
  const exported = await sheet(start, venue, finding);
  const next = await inspect(start, venue);
  return {
    positions: events.map(({ position }) => Number(position)),
    events: events.filter(({ aggregate }) => own.includes(given(aggregate, "aggregate")))
      .map(({ type, aggregate }) => [type, aggregate]),
    sheet: exported,
    next_order: await draftedOrder(start, given(next.name, "inspection")),
    clock: await runningClock(start, venue),
  };
}

const start: Casework | CatchUp = JSON.parse(readFileSync(0, "utf8"));
const result = await (start.phase === "casework" ? casework(start) : catchUp(start));
console.log(JSON.stringify(result));
