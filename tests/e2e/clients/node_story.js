// The ten steps as another department's Node program would walk them: the proto files, @grpc/grpc-js and
// @grpc/proto-loader, nothing else.
//
// Reads a JSON object on stdin (addresses, tokens, names of what exists) and prints one about the
// result. Run once for the casework, and later once more to catch up.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const PROTO = path.resolve(__dirname, '../../../proto');
const HAZARD_FEED = {source: 'hazard', feed: 'internal'};

// ---- Calls by the proto files

function load(...files) {
  return grpc.loadPackageDefinition(protoLoader.loadSync(files, {
    includeDirs: [PROTO], keepCase: true, enums: String, longs: String, defaults: true,
  }));
}

const {rectify, google} = load(
    'google/rpc/status.proto', 'google/rpc/error_details.proto',
    'rectify/venue/v1/venue_service.proto', 'rectify/venue/v1/venue_directory_service.proto',
    'rectify/hazard/v1/hazard_service.proto', 'rectify/hazard/v1/lead_service.proto',
    'rectify/hazard/v1/campaign_service.proto', 'rectify/hazard/v1/department_task_service.proto',
    'rectify/deadline/v1/deadline_service.proto', 'rectify/partner/v1/partner_service.proto',
    'rectify/partner/v1/webhook_service.proto', 'rectify/event/v1/event_feed_service.proto');

function metadata(token) {
  const metadata = new grpc.Metadata();
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

// Of one service, whose methods are called by their names.
class Service {
  constructor(Client, address) {
    this.client = new Client(address, grpc.credentials.createInsecure(), {
      'grpc.enable_http_proxy': 0,
    });
  }

  call(method, token, request) {
    return new Promise((resolve, reject) => {
      this.client[method](request, metadata(token), {deadline: Date.now() + 10000},
          (error, response) => error ? reject(error) : resolve(response));
    });
  }

  // The answers of a method that gives its answer in pieces.
  stream(method, token, request) {
    return this.client[method](request, metadata(token), {deadline: Date.now() + 10000});
  }
}

// Why a call failed, as our error model says it: the reason of its google.rpc.ErrorInfo.
function reasonOf(error) {
  const [details] = error.metadata.get('grpc-status-details-bin');
  const status = google.rpc.Status.deserialize(details);
  const info = status.details.find(({type_url}) => type_url.endsWith('/google.rpc.ErrorInfo'));
  return google.rpc.ErrorInfo.deserialize(info.value).reason;
}

// Other services hear of a change a moment later.
async function until(what, attempt) {
  const giveUp = Date.now() + 20000;
  while (Date.now() < giveUp) {
    const result = await attempt();
    if (result) return result;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no ${what} within 20 s`);
}

function timestamp(text) {
  return {seconds: String(Date.parse(text) / 1000), nanos: 0};
}

// ---- The story

class Story {
  constructor(given) {
    const {venue, hazard, deadline, partner} = given.addresses;
    this.given = given;
    this.parent = given.parent;
    this.now = timestamp(given.now);
    this.venues = new Service(rectify.venue.v1.VenueRegistry, venue);
    this.directory = new Service(rectify.venue.v1.VenueDirectory, venue);
    this.hazards = new Service(rectify.hazard.v1.HazardFindings, hazard);
    this.leads = new Service(rectify.hazard.v1.Leads, hazard);
    this.campaigns = new Service(rectify.hazard.v1.Campaigns, hazard);
    this.tasks = new Service(rectify.hazard.v1.DepartmentTasks, hazard);
    this.deadlines = new Service(rectify.deadline.v1.RectificationDeadlines, deadline);
    this.partners = new Service(rectify.partner.v1.PartnerRegistry, partner);
    this.webhooks = new Service(rectify.partner.v1.Webhooks, partner);
    // Every source has a feed of its own, of the same service.
    this.feed = new Service(rectify.event.v1.EventFeed, hazard);
    // What it has come to: the names of its things by what they are.
    this.named = {};
  }

  async casework() {
    await this.noteWhereTheFeedIs();
    await this.registerTheVenue();
    await this.handInALead();
    await this.inspectAndVerifyTheLead();
    await this.orderAndServe();
    await this.joinAsAPartner();
    await this.assignATaskAndHearOfIt();
    await this.reportTheTask();
    await this.rectifyAndRecheck();
    await this.replyToTheLead();
    return this.named;
  }

  async catchUp() {
    this.named = this.given.first;
    const missed = await this.readWhatWasMissed();
    const sheet = await this.exportTheVenue();
    const order = await this.draftedOrder(await this.inspect());
    return {...missed, sheet, next_order: order.name, clock: await this.runningClock()};
  }

  // ---- What the steps have in common

  call(service, method, role, request) {
    return service.call(method, this.given.tokens[role], request);
  }

  // A command. With the same request_id it may be sent again until there is an answer.
  do(service, method, role, request) {
    return this.call(service, method, role, {request_id: crypto.randomUUID(), ...request});
  }

  inspect(more = {}) {
    return this.do(this.hazards, 'RecordInspection', 'inspector', {
      parent: this.parent,
      inspection: {
        venue: this.named.venue, inspect_time: this.now, officers: this.given.officers,
        findings: [{
          catalog_code: 'B02', disposition: 'DISPOSITION_ORDER', description: '消火栓箱门损坏',
        }],
        ...more,
      },
    });
  }

  draftedOrder({name}) {
    return until('drafted order', async () => {
      const {orders} = await this.call(this.deadlines, 'ListOrders', 'inspector', {
        parent: this.parent, filter: `inspection = "${name}"`,
      });
      return orders[0];
    });
  }

  async findingBecomes(state) {
    await until(`finding in ${state}`, async () => {
      const {finding: name} = this.named;
      return (await this.call(this.hazards, 'GetFinding', 'inspector', {name})).state === state;
    });
    this.named.finding_state = state;
  }

  // ---- Steps one to seven

  // A reader keeps position, epoch and chain of the last event that it has applied.
  async noteWhereTheFeedIs() {
    const {position, epoch, chain} = await this.call(this.feed, 'GetHead', 'operator', HAZARD_FEED);
    this.named.noted = {position, epoch, chain: chain.toString('base64')};
  }

  async registerTheVenue() {
    const {name} = await this.do(this.venues, 'CreateVenue', 'registrar', {
      parent: this.parent, venue_id: this.given.venue_id,
      venue: {
        display_name: this.given.venue_name, venue_class: 'VENUE_CLASS_CROWDED',
        kind: 'VENUE_KIND_MALL', no_uscc_reason: '示例：无照经营', address: '示例路1号',
        street: this.given.street,
      },
    });
    this.named.venue = name;
  }

  async handInALead() {
    const {name} = await this.do(this.leads, 'CreateLead', 'street_officer', {
      parent: this.parent,
      lead: {
        // The id of our own system: handed in twice, it is one lead all the same.
        source: 'SOURCE_GRID_WORKER', external_id: `grid-${this.given.venue_id}`,
        category: 'CATEGORY_OTHER', text: '示例：消火栓箱门损坏', place: '示例路1号一层',
        venue: this.named.venue,
      },
    });
    this.named.lead = name;
    await this.do(this.leads, 'AcceptLead', 'department_head', {
      name, officer: this.given.officers[0],
    });
  }

  async inspectAndVerifyTheLead() {
    const {name, findings} = await this.inspect({lead: this.named.lead});
    this.named.inspection = name;
    this.named.finding = findings[0].name;
    await this.do(this.leads, 'VerifyLead', 'inspector', {
      name: this.named.lead, outcome: 'OUTCOME_CONFIRMED', inspection: name,
      text: '示例：现场核查属实',
    });
  }

  async orderAndServe() {
    const {name} = await this.draftedOrder({name: this.named.inspection});
    this.named.order = name;
    const act = (method, role, more = {}) => this.do(this.deadlines, method, role, {name, ...more});
    try {
      await act('IssueOrder', 'inspector');
    } catch (error) { // Nobody has approved it yet.
      this.named.early = reasonOf(error);
    }
    await act('SubmitOrder', 'inspector');
    for (const role of ['department_head', 'legal_reviewer', 'chief']) {
      await act('ApproveOrder', role, {opinion: '同意'});
    }
    await act('IssueOrder', 'inspector');
    await act('ServeOrder', 'inspector', {
      service: {
        method: 'SERVICE_METHOD_DIRECT', serve_time: this.now, receiver: '示例收件人（本人）',
        officers: this.given.officers, proof: '示例送达回证',
      },
    });
    await this.findingBecomes('STATE_ORDERED');
  }

  // The department's system is told of its tasks at its own address.
  async joinAsAPartner() {
    const partner = await this.do(this.partners, 'CreatePartner', 'registrar', {
      parent: this.parent,
      partner: {
        display_name: `${this.given.venue_name}的平台`, role: 'ROLE_DEPARTMENT_STAFF',
        posts: [this.given.department], scopes: ['rectify.hazard.v1.DepartmentTasks.*'],
        event_types: ['rectify.hazard.v1.DepartmentTaskAssigned'],
      },
    });
    const {webhook, secret} = await this.do(this.webhooks, 'AddWebhook', 'registrar', {
      parent: partner.name, webhook: {url: this.given.webhook_url},
    });
    this.named.webhook = webhook.name;
    // Told once and never again: what comes is signed with it.
    this.named.secret = secret;
  }

  async assignATaskAndHearOfIt() {
    const {parent, given: {today, due_date, department, campaign_id}} = this;
    const campaign = await this.do(this.campaigns, 'CreateCampaign', 'department_head', {
      parent, campaign_id,
      campaign: {
        title: '示例专项行动', checklist: 'four-class',
        phases: [{title: '示例阶段', first_day: today, last_day: due_date}],
      },
    });
    await this.do(this.campaigns, 'ActivateCampaign', 'department_head', {name: campaign.name});
    const {name} = await this.do(this.tasks, 'AssignDepartmentTask', 'department_head', {
      parent,
      task: {campaign: campaign.name, department, due_date, text: '示例：督促单位维修消火栓'},
    });
    this.named.task = name;
    await until('delivery of the task', async () => {
      const {deliveries} = await this.call(this.webhooks, 'ListWebhookDeliveries', 'registrar', {
        parent: this.named.webhook, filter: `state = "DELIVERED" AND subject = "${name}"`,
      });
      return deliveries.length > 0;
    });
  }

  async reportTheTask() {
    const {task: name} = this.named;
    await this.do(this.tasks, 'ReportDepartmentTask', 'department_staff', {
      name, report: '示例：已督促单位维修',
    });
    const {state} = await this.do(this.tasks, 'AcceptDepartmentTask', 'department_head', {name});
    this.named.task_state = state;
  }

  async rectifyAndRecheck() {
    const {order: name, finding} = this.named;
    await this.do(this.deadlines, 'ReportRectification', 'venue_manager', {
      name, statement: '箱门已更换',
    });
    const closed = await this.do(this.deadlines, 'RecordRecheck', 'inspector', {
      name, recheck_time: this.now, officers: this.given.officers,
      results: [{finding, rectified: true}],
    });
    this.named.order_state = closed.state;
    this.named.number = closed.document_number;
    await this.findingBecomes('STATE_RECTIFIED');
  }

  async replyToTheLead() {
    const {state} = await this.do(this.leads, 'ReplyLead', 'inspector', {
      name: this.named.lead, result: 'REPLY_RESULT_TOLD', text: '示例：已告知网格员',
    });
    this.named.lead_state = state;
  }

  // ---- Steps eight to ten, thirty days later

  // From where it was to the head, page by page; of all that is told there, its own things.
  async readWhatWasMissed() {
    const {lead, inspection, finding, task, noted} = this.named;
    const own = [lead, inspection, finding, task];
    const read = [];
    let last = {...noted, chain: Buffer.from(noted.chain, 'base64')};
    for (;;) {
      // The chain says which history was read: of another one there is no next page.
      const {events} = await this.call(this.feed, 'ReadEvents', 'operator', {
        ...HAZARD_FEED, max_events: 5,
        after_position: last.position, after_epoch: last.epoch, after_chain: last.chain,
      });
      if (events.length === 0) break;
      read.push(...events);
      last = events[events.length - 1];
    }
    return {
      positions: read.map(({position}) => Number(position)),
      events: read.filter(({aggregate}) => own.includes(aggregate))
          .map(({type, aggregate}) => [type, aggregate]),
    };
  }

  // The header of the list of venues and the line of ours. The file comes in pieces.
  async exportTheVenue() {
    const pieces = [];
    for await (const {csv} of this.directory.stream(
        'ExportVenues', this.given.tokens.registrar, {parent: this.parent})) {
      pieces.push(csv);
    }
    const file = new TextDecoder().decode(Buffer.concat(pieces)); // Takes off the BOM.
    const [header, ...lines] = file.split('\r\n');
    return [header, lines.find((line) => line.startsWith(`${this.given.venue_name},`))];
  }

  // What has to be done next for the venue and by when, as a calendar shows it.
  async runningClock() {
    const {clocks: [clock]} = await this.call(this.deadlines, 'ListClocks', 'inspector', {
      parent: this.parent, filter: `venue = "${this.named.venue}" AND state = "RUNNING"`,
    });
    const {year, month, day} = clock.due_date;
    return {
      uid: clock.name, summary: `${clock.title}：${clock.party}`,
      day: new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10),
    };
  }
}

async function main() {
  const given = JSON.parse(fs.readFileSync(0, 'utf8'));
  const story = new Story(given);
  const result = await (given.phase === 'casework' ? story.casework() : story.catchUp());
  console.log(JSON.stringify(result));
}

// Open channels would keep the process alive.
main().then(() => process.exit(0), (error) => {
  console.error(error.message);
  process.exit(1);
});
