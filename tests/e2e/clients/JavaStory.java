import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import google.type.DateOuterClass.Date;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import rectify.authz.v1.Authz.Role;
import rectify.deadline.v1.ClockOuterClass.Clock;
import rectify.deadline.v1.DeadlineService.*;
import rectify.deadline.v1.OrderOuterClass.*;
import rectify.deadline.v1.RectificationDeadlinesGrpc;
import rectify.deadline.v1.RectificationDeadlinesGrpc.RectificationDeadlinesBlockingStub;
import rectify.event.v1.Event.EventEnvelope;
import rectify.event.v1.EventFeedGrpc;
import rectify.event.v1.EventFeedGrpc.EventFeedBlockingStub;
import rectify.event.v1.EventFeedService.*;
import rectify.hazard.v1.CampaignOuterClass.Campaign;
import rectify.hazard.v1.CampaignOuterClass.CampaignPhase;
import rectify.hazard.v1.CampaignService.*;
import rectify.hazard.v1.CampaignsGrpc;
import rectify.hazard.v1.CampaignsGrpc.CampaignsBlockingStub;
import rectify.hazard.v1.DepartmentTaskOuterClass.DepartmentTask;
import rectify.hazard.v1.DepartmentTaskService.*;
import rectify.hazard.v1.DepartmentTasksGrpc;
import rectify.hazard.v1.DepartmentTasksGrpc.DepartmentTasksBlockingStub;
import rectify.hazard.v1.Hazard.Disposition;
import rectify.hazard.v1.Hazard.Finding;
import rectify.hazard.v1.Hazard.Inspection;
import rectify.hazard.v1.HazardFindingsGrpc;
import rectify.hazard.v1.HazardFindingsGrpc.HazardFindingsBlockingStub;
import rectify.hazard.v1.HazardService.GetFindingRequest;
import rectify.hazard.v1.HazardService.RecordInspectionRequest;
import rectify.hazard.v1.LeadOuterClass.Lead;
import rectify.hazard.v1.LeadService.*;
import rectify.hazard.v1.LeadsGrpc;
import rectify.hazard.v1.LeadsGrpc.LeadsBlockingStub;
import rectify.partner.v1.PartnerOuterClass.Partner;
import rectify.partner.v1.PartnerRegistryGrpc;
import rectify.partner.v1.PartnerService.CreatePartnerRequest;
import rectify.partner.v1.WebhookOuterClass.Webhook;
import rectify.partner.v1.WebhookOuterClass.WebhookDelivery;
import rectify.partner.v1.WebhookService.*;
import rectify.partner.v1.WebhooksGrpc;
import rectify.partner.v1.WebhooksGrpc.WebhooksBlockingStub;
import rectify.venue.v1.VenueDirectoryGrpc;
import rectify.venue.v1.VenueDirectoryService.ExportVenuesRequest;
import rectify.venue.v1.VenueOuterClass.*;
import rectify.venue.v1.VenueRegistryGrpc;
import rectify.venue.v1.VenueService.CreateVenueRequest;

/**
 * The ten steps as another department's Java program would walk them: the classes that protoc and
 * grpc-java make from the proto files, nothing else of ours.
 *
 * <p>Reads a JSON object on stdin (addresses, tokens, names of what exists) and prints one about the
 * result. Run once for the casework, and later once more to catch up.
 */
final class JavaStory {
  private final JsonObject given;
  private final String parent;
  private final List<String> officers = new ArrayList<>();
  private final Timestamp now;
  private final JavaCaller caller;
  private final HazardFindingsBlockingStub hazards;
  private final LeadsBlockingStub leads;
  private final CampaignsBlockingStub campaigns;
  private final DepartmentTasksBlockingStub tasks;
  private final EventFeedBlockingStub feed;
  private final RectificationDeadlinesBlockingStub deadlines;
  private final WebhooksBlockingStub webhooks;
  // What the story has come to: the names of its things by what they are.
  private JsonObject named = new JsonObject();

  private JavaStory(JsonObject given, JavaCaller caller) {
    this.given = given;
    this.caller = caller;
    parent = given("parent");
    given.getAsJsonArray("officers").forEach(officer -> officers.add(officer.getAsString()));
    now = Timestamp.newBuilder().setSeconds(Instant.parse(given("now")).getEpochSecond()).build();
    hazards = HazardFindingsGrpc.newBlockingStub(caller.channel("hazard"));
    leads = LeadsGrpc.newBlockingStub(caller.channel("hazard"));
    campaigns = CampaignsGrpc.newBlockingStub(caller.channel("hazard"));
    tasks = DepartmentTasksGrpc.newBlockingStub(caller.channel("hazard"));
    // Every source has a feed of its own, of the same service.
    feed = EventFeedGrpc.newBlockingStub(caller.channel("hazard"));
    deadlines = RectificationDeadlinesGrpc.newBlockingStub(caller.channel("deadline"));
    webhooks = WebhooksGrpc.newBlockingStub(caller.channel("partner"));
  }

  public static void main(String[] args) throws Exception {
    JsonObject given = JsonParser.parseReader(
        new InputStreamReader(System.in, StandardCharsets.UTF_8)).getAsJsonObject();
    try (JavaCaller caller = new JavaCaller(
        given.getAsJsonObject("addresses"), given.getAsJsonObject("tokens"))) {
      JavaStory story = new JavaStory(given, caller);
      JsonObject result =
          story.given("phase").equals("casework") ? story.casework() : story.catchUp();
      // Not print: what characters that can write, the locale decides.
      System.out.write((result + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private JsonObject casework() throws Exception {
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

  private JsonObject catchUp() throws Exception {
    named = given.getAsJsonObject("first");
    JsonObject result = readWhatWasMissed();
    result.add("sheet", exportTheVenue());
    String inspection = as("inspector", hazards).recordInspection(inspection("")).getName();
    result.addProperty("next_order", draftedOrder(inspection));
    result.add("clock", runningClock());
    return result;
  }

  // ---- What the steps have in common

  private String given(String field) {
    return given.get(field).getAsString();
  }

  private String named(String what) {
    return named.get(what).getAsString();
  }

  private <S extends AbstractStub<S>> S as(String role, S stub) {
    return caller.as(role, stub);
  }

  // Of a command: with the same one it may be sent again until there is an answer.
  private static String requestId() {
    return UUID.randomUUID().toString();
  }

  private Date date(String field) {
    JsonObject date = given.getAsJsonObject(field);
    return Date.newBuilder().setYear(date.get("year").getAsInt())
        .setMonth(date.get("month").getAsInt()).setDay(date.get("day").getAsInt()).build();
  }

  private RecordInspectionRequest inspection(String lead) {
    return RecordInspectionRequest.newBuilder()
        .setParent(parent).setRequestId(requestId())
        .setInspection(Inspection.newBuilder()
            .setVenue(named("venue")).setInspectTime(now).addAllOfficers(officers).setLead(lead)
            .addFindings(Finding.newBuilder()
                .setCatalogCode("B02").setDisposition(Disposition.DISPOSITION_ORDER)
                .setDescription("消火栓箱门损坏")))
        .build();
  }

  private String draftedOrder(String inspection) throws InterruptedException {
    return JavaCaller.until("drafted order", () -> as("inspector", deadlines).listOrders(
        ListOrdersRequest.newBuilder().setParent(parent)
            .setFilter("inspection = \"" + inspection + "\"").build())
        .getOrdersList().stream().findFirst()).getName();
  }

  private void findingBecomes(Finding.State state) throws InterruptedException {
    JavaCaller.until("finding in " + state, () -> Optional.of(as("inspector", hazards).getFinding(
        GetFindingRequest.newBuilder().setName(named("finding")).build()))
        .filter(finding -> finding.getState() == state));
    named.addProperty("finding_state", state.name());
  }

  // ---- Steps one to seven

  // A reader keeps position, epoch and chain of the last event that it has applied.
  private void noteWhereTheFeedIs() {
    FeedHead head = as("operator", feed).getHead(
        GetHeadRequest.newBuilder().setSource("hazard").setFeed("internal").build());
    JsonObject noted = new JsonObject();
    noted.addProperty("position", head.getPosition());
    noted.addProperty("epoch", head.getEpoch());
    noted.addProperty("chain", Base64.getEncoder().encodeToString(head.getChain().toByteArray()));
    named.add("noted", noted);
  }

  private void registerTheVenue() {
    Venue venue = as("registrar", VenueRegistryGrpc.newBlockingStub(caller.channel("venue")))
        .createVenue(CreateVenueRequest.newBuilder()
            .setParent(parent).setVenueId(given("venue_id")).setRequestId(requestId())
            .setVenue(Venue.newBuilder()
                .setDisplayName(given("venue_name"))
                .setVenueClass(VenueClass.VENUE_CLASS_CROWDED).setKind(VenueKind.VENUE_KIND_MALL)
                .setNoUsccReason("示例：无照经营").setAddress("示例路1号")
                .setStreet(given("street")))
            .build());
    named.addProperty("venue", venue.getName());
  }

  private void handInALead() {
    Lead lead = as("street_officer", leads).createLead(CreateLeadRequest.newBuilder()
        .setParent(parent).setRequestId(requestId())
        .setLead(Lead.newBuilder()
            // The id of our own system: handed in twice, it is one lead all the same.
            .setSource(Lead.Source.SOURCE_GRID_WORKER).setExternalId("grid-" + given("venue_id"))
            .setCategory(Lead.Category.CATEGORY_OTHER).setText("示例：消火栓箱门损坏")
            .setPlace("示例路1号一层").setVenue(named("venue")))
        .build());
    named.addProperty("lead", lead.getName());
    as("department_head", leads).acceptLead(AcceptLeadRequest.newBuilder()
        .setName(lead.getName()).setRequestId(requestId()).setOfficer(officers.get(0)).build());
  }

  private void inspectAndVerifyTheLead() {
    Inspection inspection = as("inspector", hazards).recordInspection(inspection(named("lead")));
    named.addProperty("inspection", inspection.getName());
    named.addProperty("finding", inspection.getFindings(0).getName());
    as("inspector", leads).verifyLead(VerifyLeadRequest.newBuilder()
        .setName(named("lead")).setRequestId(requestId())
        .setOutcome(Lead.Outcome.OUTCOME_CONFIRMED).setInspection(inspection.getName())
        .setText("示例：现场核查属实").build());
  }

  private void issue(String order) {
    as("inspector", deadlines).issueOrder(
        IssueOrderRequest.newBuilder().setName(order).setRequestId(requestId()).build());
  }

  private void orderAndServe() throws Exception {
    String order = draftedOrder(named("inspection"));
    named.addProperty("order", order);
    try {
      issue(order);
    } catch (StatusRuntimeException error) { // Nobody has approved it yet.
      named.addProperty("early", JavaCaller.reasonOf(error));
    }
    as("inspector", deadlines).submitOrder(
        SubmitOrderRequest.newBuilder().setName(order).setRequestId(requestId()).build());
    for (String role : List.of("department_head", "legal_reviewer", "chief")) {
      as(role, deadlines).approveOrder(ApproveOrderRequest.newBuilder()
          .setName(order).setRequestId(requestId()).setOpinion("同意").build());
    }
    issue(order);
    as("inspector", deadlines).serveOrder(ServeOrderRequest.newBuilder()
        .setName(order).setRequestId(requestId())
        .setService(ServiceRecord.newBuilder()
            .setMethod(ServiceMethod.SERVICE_METHOD_DIRECT).setServeTime(now)
            .setReceiver("示例收件人（本人）").addAllOfficers(officers).setProof("示例送达回证"))
        .build());
    findingBecomes(Finding.State.STATE_ORDERED);
  }

  // The department's system is told of its tasks at its own address.
  private void joinAsAPartner() {
    var partners = PartnerRegistryGrpc.newBlockingStub(caller.channel("partner"));
    Partner partner = as("registrar", partners)
        .createPartner(CreatePartnerRequest.newBuilder()
            .setParent(parent).setRequestId(requestId())
            .setPartner(Partner.newBuilder()
                .setDisplayName(given("venue_name") + "的平台").setRole(Role.ROLE_DEPARTMENT_STAFF)
                .addPosts(given("department")).addScopes("rectify.hazard.v1.DepartmentTasks.*")
                .addEventTypes("rectify.hazard.v1.DepartmentTaskAssigned"))
            .build());
    AddWebhookResponse added = as("registrar", webhooks).addWebhook(AddWebhookRequest.newBuilder()
        .setParent(partner.getName()).setRequestId(requestId())
        .setWebhook(Webhook.newBuilder().setUrl(given("webhook_url"))).build());
    named.addProperty("webhook", added.getWebhook().getName());
    // Told once and never again: what comes is signed with it.
    named.addProperty("secret", added.getSecret());
  }

  private void assignATaskAndHearOfIt() throws InterruptedException {
    Campaign campaign = as("department_head", campaigns).createCampaign(
        CreateCampaignRequest.newBuilder()
            .setParent(parent).setCampaignId(given("campaign_id")).setRequestId(requestId())
            .setCampaign(Campaign.newBuilder()
                .setTitle("示例专项行动").setChecklist("four-class")
                .addPhases(CampaignPhase.newBuilder().setTitle("示例阶段")
                    .setFirstDay(date("today")).setLastDay(date("due_date"))))
            .build());
    as("department_head", campaigns).activateCampaign(ActivateCampaignRequest.newBuilder()
        .setName(campaign.getName()).setRequestId(requestId()).build());
    DepartmentTask task = as("department_head", tasks).assignDepartmentTask(
        AssignDepartmentTaskRequest.newBuilder()
            .setParent(parent).setRequestId(requestId())
            .setTask(DepartmentTask.newBuilder()
                .setCampaign(campaign.getName()).setDepartment(given("department"))
                .setDueDate(date("due_date")).setText("示例：督促单位维修消火栓"))
            .build());
    named.addProperty("task", task.getName());
    String delivered = "state = \"DELIVERED\" AND subject = \"" + task.getName() + "\"";
    JavaCaller.until("delivery of the task", () -> as("registrar", webhooks).listWebhookDeliveries(
        ListWebhookDeliveriesRequest.newBuilder()
            .setParent(named("webhook")).setFilter(delivered).build())
        .getDeliveriesList().stream().findFirst());
  }

  private void reportTheTask() {
    as("department_staff", tasks).reportDepartmentTask(ReportDepartmentTaskRequest.newBuilder()
        .setName(named("task")).setRequestId(requestId()).setReport("示例：已督促单位维修").build());
    DepartmentTask accepted = as("department_head", tasks).acceptDepartmentTask(
        AcceptDepartmentTaskRequest.newBuilder()
            .setName(named("task")).setRequestId(requestId()).build());
    named.addProperty("task_state", accepted.getState().name());
  }

  private void rectifyAndRecheck() throws InterruptedException {
    as("venue_manager", deadlines).reportRectification(ReportRectificationRequest.newBuilder()
        .setName(named("order")).setRequestId(requestId()).setStatement("箱门已更换").build());
    Order closed = as("inspector", deadlines).recordRecheck(RecordRecheckRequest.newBuilder()
        .setName(named("order")).setRequestId(requestId()).setRecheckTime(now)
        .addAllOfficers(officers)
        .addResults(RecheckResult.newBuilder().setFinding(named("finding")).setRectified(true))
        .build());
    named.addProperty("order_state", closed.getState().name());
    named.addProperty("number", closed.getDocumentNumber());
    findingBecomes(Finding.State.STATE_RECTIFIED);
  }

  private void replyToTheLead() {
    Lead replied = as("inspector", leads).replyLead(ReplyLeadRequest.newBuilder()
        .setName(named("lead")).setRequestId(requestId())
        .setResult(Lead.ReplyResult.REPLY_RESULT_TOLD).setText("示例：已告知网格员").build());
    named.addProperty("lead_state", replied.getState().name());
  }

  // ---- Steps eight to ten, thirty days later

  // From where it was to the head, page by page; of all that is told there, its own things.
  private JsonObject readWhatWasMissed() {
    Set<String> own =
        Set.of(named("lead"), named("inspection"), named("finding"), named("task"));
    JsonArray positions = new JsonArray();
    JsonArray events = new JsonArray();
    JsonObject noted = named.getAsJsonObject("noted");
    ReadEventsRequest.Builder after = ReadEventsRequest.newBuilder()
        .setSource("hazard").setFeed("internal").setMaxEvents(5)
        .setAfterPosition(noted.get("position").getAsLong())
        .setAfterEpoch(noted.get("epoch").getAsInt())
        .setAfterChain(ByteString.copyFrom(
            Base64.getDecoder().decode(noted.get("chain").getAsString())));
    List<EventEnvelope> page;
    while (!(page = as("operator", feed).readEvents(after.build()).getEventsList()).isEmpty()) {
      for (EventEnvelope event : page) {
        positions.add(event.getPosition());
        if (own.contains(event.getAggregate())) {
          events.add(list(event.getType(), event.getAggregate()));
        }
        // The chain says which history was read: of another one there is no next page.
        after.setAfterPosition(event.getPosition()).setAfterEpoch(event.getEpoch())
            .setAfterChain(event.getChain());
      }
    }
    JsonObject result = new JsonObject();
    result.add("positions", positions);
    result.add("events", events);
    return result;
  }

  // The header of the list of venues and the line of ours. The file comes in pieces.
  private JsonArray exportTheVenue() {
    ByteString file = ByteString.EMPTY;
    var pieces = as("registrar", VenueDirectoryGrpc.newBlockingStub(caller.channel("venue")))
        .exportVenues(ExportVenuesRequest.newBuilder().setParent(parent).build());
    while (pieces.hasNext()) {
      file = file.concat(pieces.next().getCsv());
    }
    // It begins with a BOM, for Excel.
    String[] lines = file.toStringUtf8().substring(1).split("\r\n");
    for (String line : lines) {
      if (line.startsWith(given("venue_name") + ",")) {
        return list(lines[0], line);
      }
    }
    throw new IllegalStateException("the venue is not in the list");
  }

  // What has to be done next for the venue and by when, as a calendar shows it.
  private JsonObject runningClock() {
    Clock clock = as("inspector", deadlines).listClocks(ListClocksRequest.newBuilder()
        .setParent(parent)
        .setFilter("venue = \"" + named("venue") + "\" AND state = \"RUNNING\"").build())
        .getClocks(0);
    Date due = clock.getDueDate();
    JsonObject shown = new JsonObject();
    shown.addProperty("uid", clock.getName());
    shown.addProperty("summary", clock.getTitle() + "：" + clock.getParty());
    shown.addProperty("day",
        LocalDate.of(due.getYear(), due.getMonth(), due.getDay()).toString());
    return shown;
  }

  private static JsonArray list(String... texts) {
    JsonArray array = new JsonArray();
    for (String text : texts) {
      array.add(text);
    }
    return array;
  }
}
