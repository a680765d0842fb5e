// The main path as another department's Java program would do it over HTTP: by the interfaces and classes
// that openapi-generator-plus makes of the gateway's /openapi.json, called by a stock JAX-RS client.
//
// Reads a JSON object on stdin (the gateway, tokens, names of what exists) and prints one about the result.

import cn.rectify.client.model.*;
import cn.rectify.client.params.*;
import cn.rectify.client.spec.*;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.jaxrs.json.JacksonJsonProvider;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import javax.ws.rs.WebApplicationException;
import javax.ws.rs.client.Client;
import javax.ws.rs.client.ClientBuilder;
import javax.ws.rs.client.ClientRequestFilter;
import org.jboss.resteasy.client.jaxrs.ResteasyWebTarget;

public class JavaGeneratedMainPath {
  // JSON leaves out what is empty.
  static final ObjectMapper JSON =
      new ObjectMapper().setSerializationInclusion(JsonInclude.Include.NON_NULL);

  public static void main(String[] args) throws Exception {
    JsonNode given = JSON.readTree(System.in);
    System.out.println(JSON.writeValueAsString(new JavaGeneratedMainPath(given).run()));
  }

  final JsonNode given;
  final String districtId;
  final List<String> officers = new ArrayList<>();
  final Client client = ClientBuilder.newClient().register(new JacksonJsonProvider(JSON));

  JavaGeneratedMainPath(JsonNode given) {
    this.given = given;
    districtId = idOf(text("parent"));
    given.get("officers").forEach(officer -> officers.add(officer.textValue()));
  }

  String text(String field) {
    return given.get(field).textValue();
  }

  static String idOf(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
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

  Inspection inspect() {
    Venue venue = as("registrar", VenueRegistryApiSpec.class).venueRegistryCreateVenue(
        new VenueRegistryCreateVenueParams(districtId).venueId(text("venue_id"))
            .idempotencyKey(UUID.randomUUID()),
        new Venue().displayName(text("venue_name")).venueClass(VenueClass.VENUE_CLASS_CROWDED)
            .kind(VenueKind.VENUE_KIND_MALL).noUsccReason("示例：无照经营").address("示例路1号")
            .street(text("street")));
    Finding finding = new Finding().catalogCode("B02").description("消火栓箱门损坏")
        .disposition(Disposition.DISPOSITION_ORDER);
    return as("inspector", HazardFindingsApiSpec.class).hazardFindingsRecordInspection(
        new HazardFindingsRecordInspectionParams(districtId).idempotencyKey(UUID.randomUUID()),
        new RecordInspectionBody().inspection(new Inspection().venue(venue.getName())
            .inspectTime(text("now")).officers(officers).addFinding(finding)));
  }

  String drafted(Inspection inspection) throws InterruptedException {
    String filter = "inspection = \"" + inspection.getName() + "\"";
    return until("drafted order", () -> {
      List<Order> orders = deadlines("inspector").rectificationDeadlinesListOrders(
          new RectificationDeadlinesListOrdersParams(districtId).filter(filter)).getOrders();
      return orders == null ? Optional.empty() : orders.stream().findFirst();
    }).getName();
  }

  Order issue(String orderId) {
    return deadlines("inspector").rectificationDeadlinesIssueOrder(
        new RectificationDeadlinesIssueOrderParams(districtId, orderId)
            .idempotencyKey(UUID.randomUUID()), new IssueOrderBody());
  }

  /** Why an order that nobody has approved is not issued. */
  String refusal(String orderId) {
    try {
      issue(orderId);
      return "";
    } catch (WebApplicationException refused) {
      return refused.getResponse().readEntity(Problem.class).getReason();
    }
  }

  void approve(String orderId) {
    deadlines("inspector").rectificationDeadlinesSubmitOrder(
        new RectificationDeadlinesSubmitOrderParams(districtId, orderId)
            .idempotencyKey(UUID.randomUUID()), new SubmitOrderBody());
    for (String role : List.of("department_head", "legal_reviewer", "chief")) {
      deadlines(role).rectificationDeadlinesApproveOrder(
          new RectificationDeadlinesApproveOrderParams(districtId, orderId)
              .idempotencyKey(UUID.randomUUID()), new ApproveOrderBody().opinion("同意"));
    }
  }

  Order recheck(String orderId) {
    Order served = deadlines("inspector").rectificationDeadlinesServeOrder(
        new RectificationDeadlinesServeOrderParams(districtId, orderId)
            .idempotencyKey(UUID.randomUUID()),
        new ServeOrderBody().service(new ServiceRecord().method(ServiceMethod.SERVICE_METHOD_DIRECT)
            .serveTime(text("now")).receiver("示例收件人（本人）").officers(officers)
            .proof("示例送达回证")));
    deadlines("manager").rectificationDeadlinesReportRectification(
        new RectificationDeadlinesReportRectificationParams(districtId, orderId)
            .idempotencyKey(UUID.randomUUID()),
        new ReportRectificationBody().statement("箱门已更换"));
    RecordRecheckBody recheck = new RecordRecheckBody().recheckTime(text("now")).officers(officers);
    for (OrderItem item : served.getItems()) {
      recheck.addResult(new RecheckResult().finding(item.getFinding()).rectified(true));
    }
    return deadlines("inspector").rectificationDeadlinesRecordRecheck(
        new RectificationDeadlinesRecordRecheckParams(districtId, orderId)
            .idempotencyKey(UUID.randomUUID()), recheck);
  }

  Map<String, Object> run() throws InterruptedException {
    Inspection inspection = inspect();
    String orderId = idOf(drafted(inspection));
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("early", refusal(orderId));
    approve(orderId);
    issue(orderId);
    Order closed = recheck(orderId);
    result.put("order_state", closed.getState());
    result.put("number", closed.getDocumentNumber());
    String findingId = idOf(inspection.getFindings().get(0).getName());
    result.put("finding_state", until("rectified finding", () -> Optional.of(
        as("inspector", HazardFindingsApiSpec.class).hazardFindingsGetFinding(
            new HazardFindingsGetFindingParams(districtId, findingId)).getState())
        .filter(state -> state == FindingState.STATE_RECTIFIED)));
    return result;
  }
}
