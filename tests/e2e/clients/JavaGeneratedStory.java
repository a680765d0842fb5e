// The ten steps as another department's Java program would walk them over HTTP: by the interfaces and classes
// that openapi-generator-plus makes of the gateway's /openapi.json, called by a stock JAX-RS client.
//
// Reads a JSON object on stdin (the gateway, tokens, names of what exists) and prints one about the result.
// Run once for the casework, and later once more to catch up.

import cn.rectify.client.model.*;
import cn.rectify.client.params.*;
import cn.rectify.client.spec.*;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.jaxrs.json.JacksonJsonProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.ws.rs.WebApplicationException;
import javax.ws.rs.client.Client;
import javax.ws.rs.client.ClientBuilder;
import javax.ws.rs.client.ClientRequestFilter;
import org.jboss.resteasy.client.jaxrs.ResteasyWebTarget;

public class JavaGeneratedStory {
  // JSON leaves out what is empty.
  static final ObjectMapper JSON =
      new ObjectMapper().setSerializationInclusion(JsonInclude.Include.NON_NULL);

  public static void main(String[] args) throws Exception {
    JavaGeneratedStory story = new JavaGeneratedStory(JSON.readTree(System.in));
    JSON.writeValue(
        System.out, story.text("phase").equals("casework") ? story.casework() : story.catchUp());
  }

  final JsonNode given;
  final String districtId;
  final List<String> officers = new ArrayList<>();
  final Client client = ClientBuilder.newClient().register(new JacksonJsonProvider(JSON));
  // What the story has come to: the names of its things by what they are.
  ObjectNode named = JSON.createObjectNode();

  JavaGeneratedStory(JsonNode given) {
    this.given = given;
    districtId = idOf(text("parent"));
    given.get("officers").forEach(officer -> officers.add(officer.textValue()));
  }

  ObjectNode casework() throws Exception {
    noteWhereTheFeedIs();
    registerTheVenue();
    handInALead();
    inspectAndVerifyTheLead();
    orderAndServe();
    joinAsAPartner();
    assignATaskAndHearOfIt();
    reportTheTask();
    rectifyAndRecheck();
    replyToTheLead();
    return named;
  }

  ObjectNode catchUp() throws Exception {
    named = (ObjectNode) given.get("first");
    ObjectNode result = readWhatWasMissed();
    result.set("sheet", exportTheFinding());
    result.put("next_order", draftedOrder(inspect(null).getName()));
    result.set("clock", runningClock());
    return result;
  }

  // ---- What the steps have in common

  String text(String field) {
    return given.get(field).textValue();
  }

  String name(String what) {
    return named.get(what).textValue();
  }

  String id(String what) {
    return idOf(name(what));
  }

  static String idOf(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  Date date(String field) throws JsonProcessingException {
    return JSON.treeToValue(given.get(field), Date.class);
  }

  /** Of a command: with the same key it may be sent again until there is an answer. */
  static UUID key() {
    return UUID.randomUUID();
  }

  /** The interface of a service, called as `role`. */
  <T> T as(String role, Class<T> service) {
    String token = "Bearer " + given.get("tokens").get(role).textValue();
    ClientRequestFilter login = request -> request.getHeaders().putSingle("Authorization", token);
    String address = given.get("addresses").get("gateway").textValue();
    return ((ResteasyWebTarget) client.target(address).register(login)).proxy(service);
  }

  RectificationDeadlinesApiSpec deadlines(String role) {
    return as(role, RectificationDeadlinesApiSpec.class);
  }

  /** Other services hear of a change a moment later. */
  static <T> T until(String what, Supplier<Optional<T>> attempt) throws InterruptedException {
    Instant giveUp = Instant.now().plus(Duration.ofSeconds(20));
    while (Instant.now().isBefore(giveUp)) {
      Optional<T> result = attempt.get();
      if (result.isPresent()) return result.get();
      Thread.sleep(50);
    }
    throw new IllegalStateException("no " + what + " within 20 s");
  }

  static <T> Optional<T> first(List<T> list) {
    return list == null ? Optional.empty() : list.stream().findFirst();
  }

  Inspection inspect(String lead) {
    Finding finding = new Finding().catalogCode("B02").description("消火栓箱门损坏")
        .disposition(Disposition.DISPOSITION_ORDER);
    return as("inspector", HazardFindingsApiSpec.class).hazardFindingsRecordInspection(
        new HazardFindingsRecordInspectionParams(districtId).idempotencyKey(key()),
        new RecordInspectionBody().inspection(new Inspection().venue(name("venue")).lead(lead)
            .inspectTime(text("now")).officers(officers).addFinding(finding)));
  }

  String draftedOrder(String inspection) throws InterruptedException {
    String filter = "inspection = \"" + inspection + "\"";
    return until("drafted order", () -> first(deadlines("inspector").rectificationDeadlinesListOrders(
        new RectificationDeadlinesListOrdersParams(districtId).filter(filter)).getOrders())).getName();
  }

  void findingBecomes(FindingState wanted) throws InterruptedException {
    until("finding in " + wanted, () -> Optional.of(
        as("inspector", HazardFindingsApiSpec.class).hazardFindingsGetFinding(
            new HazardFindingsGetFindingParams(districtId, id("finding"))).getState())
        .filter(state -> state == wanted));
    named.put("finding_state", wanted.name());
  }

  // ---- Steps one to seven

  /** A reader keeps position, epoch and chain of the last event that it has applied. */
  void noteWhereTheFeedIs() {
    FeedHead head = as("operator", EventFeedApiSpec.class).eventFeedGetHead(
        new EventFeedGetHeadParams("hazard", "internal"));
    named.set("noted", JSON.valueToTree(head));
  }

  void registerTheVenue() {
    Venue venue = as("registrar", VenueRegistryApiSpec.class).venueRegistryCreateVenue(
        new VenueRegistryCreateVenueParams(districtId).venueId(text("venue_id")).idempotencyKey(key()),
        new Venue().displayName(text("venue_name")).venueClass(VenueClass.VENUE_CLASS_CROWDED)
            .kind(VenueKind.VENUE_KIND_MALL).noUsccReason("示例：无照经营").address("示例路1号")
            .street(text("street")));
    named.put("venue", venue.getName());
  }

  void handInALead() {
    Lead lead = as("street_officer", LeadsApiSpec.class).leadsCreateLead(
        new LeadsCreateLeadParams(districtId).idempotencyKey(key()),
        // The id of our own system: handed in twice, it is one lead all the same.
        new CreateLeadBody().lead(new Lead().source(LeadSource.SOURCE_GRID_WORKER)
            .externalId("grid-" + text("venue_id")).category(LeadCategory.CATEGORY_OTHER)
            .text("示例：消火栓箱门损坏").place("示例路1号一层").venue(name("venue"))));
    named.put("lead", lead.getName());
    as("department_head", LeadsApiSpec.class).leadsAcceptLead(
        new LeadsAcceptLeadParams(districtId, id("lead")).idempotencyKey(key()),
        new AcceptLeadBody().officer(officers.get(0)));
  }

  void inspectAndVerifyTheLead() {
    Inspection inspection = inspect(name("lead"));
    named.put("inspection", inspection.getName());
    named.put("finding", inspection.getFindings().get(0).getName());
    as("inspector", LeadsApiSpec.class).leadsVerifyLead(
        new LeadsVerifyLeadParams(districtId, id("lead")).idempotencyKey(key()),
        new VerifyLeadBody().outcome(LeadOutcome.OUTCOME_CONFIRMED).inspection(inspection.getName())
            .text("示例：现场核查属实"));
  }

  void issue() {
    deadlines("inspector").rectificationDeadlinesIssueOrder(
        new RectificationDeadlinesIssueOrderParams(districtId, id("order")).idempotencyKey(key()),
        new IssueOrderBody());
  }

  void orderAndServe() throws InterruptedException {
    named.put("order", draftedOrder(name("inspection")));
    try {
      issue();
    } catch (WebApplicationException refused) { // Nobody has approved it yet.
      named.put("early", refused.getResponse().readEntity(Problem.class).getReason());
    }
    deadlines("inspector").rectificationDeadlinesSubmitOrder(
        new RectificationDeadlinesSubmitOrderParams(districtId, id("order")).idempotencyKey(key()),
        new SubmitOrderBody());
    for (String role : List.of("department_head", "legal_reviewer", "chief")) {
      deadlines(role).rectificationDeadlinesApproveOrder(
          new RectificationDeadlinesApproveOrderParams(districtId, id("order")).idempotencyKey(key()),
          new ApproveOrderBody().opinion("同意"));
    }
    issue();
    deadlines("inspector").rectificationDeadlinesServeOrder(
        new RectificationDeadlinesServeOrderParams(districtId, id("order")).idempotencyKey(key()),
        new ServeOrderBody().service(new ServiceRecord().method(ServiceMethod.SERVICE_METHOD_DIRECT)
            .serveTime(text("now")).receiver("示例收件人（本人）").officers(officers)
            .proof("示例送达回证")));
    findingBecomes(FindingState.STATE_ORDERED);
  }

  /** The department's system is told of its tasks at its own address. */
  void joinAsAPartner() {
    Partner partner = as("registrar", PartnerRegistryApiSpec.class).partnerRegistryCreatePartner(
        new PartnerRegistryCreatePartnerParams(districtId).idempotencyKey(key()),
        new Partner().displayName(text("venue_name") + "的平台").role(Role.ROLE_DEPARTMENT_STAFF)
            .addPost(text("department")).addScope("rectify.hazard.v1.DepartmentTasks.*")
            .addEventType("rectify.hazard.v1.DepartmentTaskAssigned"));
    named.put("partner", partner.getName());
    AddWebhookResponse added = as("registrar", WebhooksApiSpec.class).webhooksAddWebhook(
        new WebhooksAddWebhookParams(districtId, id("partner")).idempotencyKey(key()),
        new AddWebhookBody().webhook(new Webhook().url(text("webhook_url"))));
    named.put("webhook", added.getWebhook().getName());
    // Told once and never again: what comes is signed with it.
    named.put("secret", added.getSecret());
  }

  void assignATaskAndHearOfIt() throws Exception {
    CampaignsApiSpec campaigns = as("department_head", CampaignsApiSpec.class);
    Campaign campaign = campaigns.campaignsCreateCampaign(
        new CampaignsCreateCampaignParams(districtId).idempotencyKey(key()),
        new CreateCampaignBody().campaignId(text("campaign_id")).campaign(
            new Campaign().title("示例专项行动").checklist("four-class").addPhase(
                new CampaignPhase().title("示例阶段").firstDay(date("today"))
                    .lastDay(date("due_date")))));
    campaigns.campaignsActivateCampaign(
        new CampaignsActivateCampaignParams(districtId, text("campaign_id")).idempotencyKey(key()),
        new ActivateCampaignBody());
    DepartmentTask task = as("department_head", DepartmentTasksApiSpec.class)
        .departmentTasksAssignDepartmentTask(
            new DepartmentTasksAssignDepartmentTaskParams(districtId).idempotencyKey(key()),
            new AssignDepartmentTaskBody().task(new DepartmentTask().campaign(campaign.getName())
                .department(text("department")).dueDate(date("due_date"))
                .text("示例：督促单位维修消火栓")));
    named.put("task", task.getName());
    String delivered = "state = \"DELIVERED\" AND subject = \"" + task.getName() + "\"";
    until("delivery of the task", () -> first(
        as("registrar", WebhooksApiSpec.class).webhooksListWebhookDeliveries(
            new WebhooksListWebhookDeliveriesParams(districtId, id("partner"), id("webhook"))
                .filter(delivered)).getDeliveries()));
  }

  void reportTheTask() {
    as("department_staff", DepartmentTasksApiSpec.class).departmentTasksReportDepartmentTask(
        new DepartmentTasksReportDepartmentTaskParams(districtId, id("task")).idempotencyKey(key()),
        new ReportDepartmentTaskBody().report("示例：已督促单位维修"));
    DepartmentTask accepted = as("department_head", DepartmentTasksApiSpec.class)
        .departmentTasksAcceptDepartmentTask(
            new DepartmentTasksAcceptDepartmentTaskParams(districtId, id("task"))
                .idempotencyKey(key()), new AcceptDepartmentTaskBody());
    named.put("task_state", accepted.getState().name());
  }

  void rectifyAndRecheck() throws InterruptedException {
    deadlines("venue_manager").rectificationDeadlinesReportRectification(
        new RectificationDeadlinesReportRectificationParams(districtId, id("order"))
            .idempotencyKey(key()), new ReportRectificationBody().statement("箱门已更换"));
    Order closed = deadlines("inspector").rectificationDeadlinesRecordRecheck(
        new RectificationDeadlinesRecordRecheckParams(districtId, id("order")).idempotencyKey(key()),
        new RecordRecheckBody().recheckTime(text("now")).officers(officers)
            .addResult(new RecheckResult().finding(name("finding")).rectified(true)));
    named.put("order_state", closed.getState().name());
    named.put("number", closed.getDocumentNumber());
    findingBecomes(FindingState.STATE_RECTIFIED);
  }

  void replyToTheLead() {
    Lead replied = as("inspector", LeadsApiSpec.class).leadsReplyLead(
        new LeadsReplyLeadParams(districtId, id("lead")).idempotencyKey(key()),
        new ReplyLeadBody().result(LeadReplyResult.REPLY_RESULT_TOLD).text("示例：已告知网格员"));
    named.put("lead_state", replied.getState().name());
  }

  // ---- Steps eight to ten, thirty days later

  /** From where it was to the head, page by page; of all that is told there, its own things. */
  ObjectNode readWhatWasMissed() throws JsonProcessingException {
    Set<String> own = Set.of(name("lead"), name("inspection"), name("finding"), name("task"));
    ObjectNode result = JSON.createObjectNode();
    ArrayNode positions = result.putArray("positions");
    ArrayNode events = result.putArray("events");
    FeedHead noted = JSON.treeToValue(named.get("noted"), FeedHead.class);
    EventFeedReadEventsParams after = new EventFeedReadEventsParams("hazard", "internal")
        .maxEvents(5).afterPosition(noted.getPosition()).afterEpoch(noted.getEpoch())
        .afterChain(noted.getChain());
    List<EventEnvelope> page;
    while ((page = as("operator", EventFeedApiSpec.class).eventFeedReadEvents(after)
        .getEvents()) != null) {
      for (EventEnvelope event : page) {
        positions.add(Long.parseLong(event.getPosition()));
        if (own.contains(event.getAggregate())) {
          events.addArray().add(event.getType()).add(event.getAggregate());
        }
        // The chain says which history was read: of another one there is no next page.
        after.afterPosition(event.getPosition()).afterEpoch(event.getEpoch())
            .afterChain(event.getChain());
      }
    }
    return result;
  }

  /** The header of the list of findings as a sheet, and the line of ours. */
  ArrayNode exportTheFinding() {
    String sheet = as("inspector", HazardFindingsApiSpec.class).hazardFindingsListFindingsCsv(
        new HazardFindingsListFindingsCsvParams(districtId)
            .filter("venue = \"" + name("venue") + "\""));
    List<String> lines = List.of(sheet.substring(1).split("\r\n")); // It begins with a BOM, for Excel.
    String line = lines.stream().filter(each -> each.startsWith(name("finding") + ",")).findFirst()
        .orElseThrow();
    return JSON.createArrayNode().add(lines.get(0)).add(line);
  }

  /** What has to be done next for the venue and by when, as calendar programs show it. */
  ObjectNode runningClock() {
    String calendar = deadlines("inspector").rectificationDeadlinesListClocksCalendar(
        new RectificationDeadlinesListClocksCalendarParams(districtId)
            .filter("venue = \"" + name("venue") + "\" AND state = \"RUNNING\""));
    // Three properties need no library; a long line goes on after a break and a space (RFC 5545).
    String unfolded = calendar.replace("\r\n ", "");
    return JSON.createObjectNode().put("uid", property(unfolded, "UID"))
        .put("summary", property(unfolded, "SUMMARY"))
        .put("day", property(unfolded, "DTSTART").replaceFirst("^(....)(..)(..).*", "$1-$2-$3"));
  }

  /** The value of a property of the only event, without its parameters. */
  static String property(String calendar, String name) {
    String event = calendar.substring(calendar.indexOf("BEGIN:VEVENT"));
    Matcher found = Pattern.compile("(?m)^" + name + "(?:;[^:]*)?:(.*?)\\r?$").matcher(event);
    if (!found.find()) throw new IllegalStateException("the event has no " + name);
    return found.group(1);
  }
}
