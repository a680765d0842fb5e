// The main path as another department's Node program would do it: the proto files, @grpc/grpc-js and
// @grpc/proto-loader, nothing else.
//
// Reads a JSON object on stdin (addresses, tokens, names of what exists) and prints one about the
// result.
'use strict';

const crypto = require('crypto');
const fs = require('fs');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const PROTO = path.resolve(__dirname, '../../../proto');

function load(file) {
  const definition = protoLoader.loadSync(file, {
    includeDirs: [PROTO], keepCase: true, enums: String, longs: String, defaults: true,
  });
  return grpc.loadPackageDefinition(definition).rectify;
}

// A function (method, token, request) → response of one service.
function service(Client, address) {
  const client = new Client(address, grpc.credentials.createInsecure(), {
    'grpc.enable_http_proxy': 0,
  });
  const call = (method, token, request) => new Promise((resolve, reject) => {
    const metadata = new grpc.Metadata();
    metadata.set('authorization', `Bearer ${token}`);
    client[method](request, metadata, {deadline: Date.now() + 10000},
        (error, response) => error ? reject(error) : resolve(response));
  });
  call.close = () => client.close();
  return call;
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

async function run(given) {
  const {tokens, parent, officers, addresses} = given;
  const venues = service(
      load('rectify/venue/v1/venue_service.proto').venue.v1.VenueRegistry, addresses.venue);
  const hazards = service(
      load('rectify/hazard/v1/hazard_service.proto').hazard.v1.HazardFindings, addresses.hazard);
  const deadlines = service(
      load('rectify/deadline/v1/deadline_service.proto').deadline.v1.RectificationDeadlines,
      addresses.deadline);

  const venue = await venues('CreateVenue', tokens.registrar, {
    parent, venue_id: given.venue_id, request_id: crypto.randomUUID(),
    venue: {
      display_name: given.venue_name, venue_class: 'VENUE_CLASS_CROWDED', kind: 'VENUE_KIND_MALL',
      no_uscc_reason: '示例：无照经营', address: '示例路1号', street: given.street,
    },
  });
  const inspection = await hazards('RecordInspection', tokens.inspector, {
    parent, request_id: crypto.randomUUID(),
    inspection: {
      venue: venue.name, inspect_time: timestamp(given.now), officers,
      findings: [{
        catalog_code: 'B02', disposition: 'DISPOSITION_ORDER', description: '消火栓箱门损坏',
      }],
    },
  });

  const drafted = await until('drafted order', async () => {
    const filter = `inspection = "${inspection.name}"`;
    const {orders} = await deadlines('ListOrders', tokens.inspector, {parent, filter});
    return orders[0];
  });
  const act = (verb, role, more = {}) => deadlines(
      verb, tokens[role], {name: drafted.name, request_id: crypto.randomUUID(), ...more});
  await act('SubmitOrder', 'inspector');
  for (const role of ['department_head', 'legal_reviewer', 'chief']) {
    await act('ApproveOrder', role, {opinion: '同意'});
  }
  await act('IssueOrder', 'inspector');
  const served = await act('ServeOrder', 'inspector', {
    service: {
      method: 'SERVICE_METHOD_DIRECT', serve_time: timestamp(given.now),
      receiver: '示例收件人（本人）', officers, proof: '示例送达回证',
    },
  });
  await act('ReportRectification', 'manager', {statement: '箱门已更换'});
  const closed = await act('RecordRecheck', 'inspector', {
    recheck_time: timestamp(given.now), officers,
    results: served.items.map((item) => ({finding: item.finding, rectified: true})),
  });

  const finding = await until('rectified finding', async () => {
    const name = inspection.findings[0].name;
    const found = await hazards('GetFinding', tokens.inspector, {name});
    return found.state === 'STATE_RECTIFIED' && found;
  });
  for (const one of [venues, hazards, deadlines]) one.close();
  return {
    order: closed.name, number: closed.document_number, order_state: closed.state,
    finding: finding.name, finding_state: finding.state,
  };
}

run(JSON.parse(fs.readFileSync(0, 'utf8'))).then(
    (result) => console.log(JSON.stringify(result)),
    (error) => {
      console.error(error.message);
      process.exit(1);
    });
