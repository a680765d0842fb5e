import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Timestamp;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import rectify.deadline.v1.DeadlineService.ApproveOrderRequest;
import rectify.deadline.v1.DeadlineService.IssueOrderRequest;
import rectify.deadline.v1.DeadlineService.ListOrdersRequest;
import rectify.deadline.v1.DeadlineService.RecordRecheckRequest;
import rectify.deadline.v1.DeadlineService.ReportRectificationRequest;
import rectify.deadline.v1.DeadlineService.ServeOrderRequest;
import rectify.deadline.v1.DeadlineService.SubmitOrderRequest;
import rectify.deadline.v1.OrderOuterClass.Order;
import rectify.deadline.v1.OrderOuterClass.OrderItem;
import rectify.deadline.v1.OrderOuterClass.RecheckResult;
import rectify.deadline.v1.OrderOuterClass.ServiceMethod;
import rectify.deadline.v1.OrderOuterClass.ServiceRecord;
import rectify.deadline.v1.RectificationDeadlinesGrpc;
import rectify.deadline.v1.RectificationDeadlinesGrpc.RectificationDeadlinesBlockingStub;
import rectify.hazard.v1.Hazard.Disposition;
import rectify.hazard.v1.Hazard.Finding;
import rectify.hazard.v1.Hazard.Inspection;
import rectify.hazard.v1.HazardFindingsGrpc;
import rectify.hazard.v1.HazardFindingsGrpc.HazardFindingsBlockingStub;
import rectify.hazard.v1.HazardService.GetFindingRequest;
import rectify.hazard.v1.HazardService.RecordInspectionRequest;
import rectify.venue.v1.VenueOuterClass.Venue;
import rectify.venue.v1.VenueOuterClass.VenueClass;
import rectify.venue.v1.VenueOuterClass.VenueKind;
import rectify.venue.v1.VenueRegistryGrpc;
import rectify.venue.v1.VenueRegistryGrpc.VenueRegistryBlockingStub;
import rectify.venue.v1.VenueService.CreateVenueRequest;

/**
 * The main path as another department's Java program would do it: the classes that protoc and
 * grpc-java make from the proto files, nothing else of ours.
 *
 * <p>Reads a JSON object on stdin (addresses, tokens, names of what exists) and prints one about the
 * result.
 */
final class JavaMainPath {
  private final JsonObject tokens;
  private final String parent;
  private final List<String> officers = new ArrayList<>();
  private final Timestamp now;
  private final VenueRegistryBlockingStub venues;
  private final HazardFindingsBlockingStub hazards;
  private final RectificationDeadlinesBlockingStub deadlines;

  private JavaMainPath(JsonObject given, List<ManagedChannel> channels) {
    tokens = given.getAsJsonObject("tokens");
    parent = text(given, "parent");
    given.getAsJsonArray("officers").forEach(officer -> officers.add(officer.getAsString()));
    now = Timestamp.newBuilder()
        .setSeconds(Instant.parse(text(given, "now")).getEpochSecond()).build();
    venues = VenueRegistryGrpc.newBlockingStub(channels.get(0));
    hazards = HazardFindingsGrpc.newBlockingStub(channels.get(1));
    deadlines = RectificationDeadlinesGrpc.newBlockingStub(channels.get(2));
  }

  public static void main(String[] args) throws Exception {
    JsonObject given = JsonParser.parseReader(
        new InputStreamReader(System.in, StandardCharsets.UTF_8)).getAsJsonObject();
    List<ManagedChannel> channels = new ArrayList<>();
    try {
      for (String service : List.of("venue", "hazard", "deadline")) {
        String address = text(given.getAsJsonObject("addresses"), service);
        channels.add(ManagedChannelBuilder.forTarget(address).usePlaintext().build());
      }
      JsonObject result = new JavaMainPath(given, channels).run(given);
      // Not print: what characters that can write, the locale decides.
      System.out.write((result + "\n").getBytes(StandardCharsets.UTF_8));
    } finally {
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private JsonObject run(JsonObject given) throws InterruptedException {
    Venue venue = as(venues, "registrar").createVenue(CreateVenueRequest.newBuilder()
        .setParent(parent).setVenueId(text(given, "venue_id")).setRequestId(requestId())
        .setVenue(Venue.newBuilder()
            .setDisplayName(text(given, "venue_name"))
            .setVenueClass(VenueClass.VENUE_CLASS_CROWDED).setKind(VenueKind.VENUE_KIND_MALL)
            .setNoUsccReason("示例：无照经营").setAddress("示例路1号")
            .setStreet(text(given, "street")))
        .build());
    Inspection inspection = as(hazards, "inspector").recordInspection(
        RecordInspectionRequest.newBuilder()
            .setParent(parent).setRequestId(requestId())
            .setInspection(Inspection.newBuilder()
                .setVenue(venue.getName()).setInspectTime(now).addAllOfficers(officers)
                .addFindings(Finding.newBuilder()
                    .setCatalogCode("B02").setDisposition(Disposition.DISPOSITION_ORDER)
                    .setDescription("消火栓箱门损坏")))
            .build());

    Order closed = close(until("drafted order", () -> drafted(inspection)));
    Finding finding = until("rectified finding", () -> rectified(inspection.getFindings(0)));

    JsonObject result = new JsonObject();
    result.addProperty("order", closed.getName());
    result.addProperty("number", closed.getDocumentNumber());
    result.addProperty("order_state", closed.getState().name());
    result.addProperty("finding", finding.getName());
    result.addProperty("finding_state", finding.getState().name());
    return result;
  }

  private Optional<Order> drafted(Inspection inspection) {
    return as(deadlines, "inspector").listOrders(ListOrdersRequest.newBuilder()
        .setParent(parent).setFilter("inspection = \"" + inspection.getName() + "\"").build())
        .getOrdersList().stream().findFirst();
  }

  private Optional<Finding> rectified(Finding finding) {
    Finding found = as(hazards, "inspector").getFinding(
        GetFindingRequest.newBuilder().setName(finding.getName()).build());
    return Optional.of(found).filter(one -> one.getState() == Finding.State.STATE_RECTIFIED);
  }

  // From the drafted order to the closed one.
  private Order close(Order drafted) {
    String name = drafted.getName();
    as(deadlines, "inspector").submitOrder(
        SubmitOrderRequest.newBuilder().setName(name).setRequestId(requestId()).build());
    for (String role : List.of("department_head", "legal_reviewer", "chief")) {
      as(deadlines, role).approveOrder(ApproveOrderRequest.newBuilder()
          .setName(name).setRequestId(requestId()).setOpinion("同意").build());
    }
    as(deadlines, "inspector").issueOrder(
        IssueOrderRequest.newBuilder().setName(name).setRequestId(requestId()).build());
    Order served = as(deadlines, "inspector").serveOrder(ServeOrderRequest.newBuilder()
        .setName(name).setRequestId(requestId())
        .setService(ServiceRecord.newBuilder()
            .setMethod(ServiceMethod.SERVICE_METHOD_DIRECT).setServeTime(now)
            .setReceiver("示例收件人（本人）").addAllOfficers(officers).setProof("示例送达回证"))
        .build());
    as(deadlines, "manager").reportRectification(ReportRectificationRequest.newBuilder()
        .setName(name).setRequestId(requestId()).setStatement("箱门已更换").build());
    RecordRecheckRequest.Builder recheck = RecordRecheckRequest.newBuilder()
        .setName(name).setRequestId(requestId()).setRecheckTime(now).addAllOfficers(officers);
    for (OrderItem item : served.getItemsList()) {
      recheck.addResults(
          RecheckResult.newBuilder().setFinding(item.getFinding()).setRectified(true));
    }
    return as(deadlines, "inspector").recordRecheck(recheck.build());
  }

  // The stub for one call by the holder of that token. Its time counts from here, and the first call
  // also loads the whole transport, which takes a busy machine seconds: be generous.
  private <S extends AbstractStub<S>> S as(S stub, String role) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + text(tokens, role));
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  // Other services hear of a change a moment later.
  private static <T> T until(String what, Supplier<Optional<T>> attempt)
      throws InterruptedException {
    long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < giveUp) {
      Optional<T> result = attempt.get();
      if (result.isPresent()) {
        return result.get();
      }
      Thread.sleep(50);
    }
    throw new IllegalStateException("no " + what + " within 20 s");
  }

  private static String requestId() {
    return UUID.randomUUID().toString();
  }

  private static String text(JsonObject object, String name) {
    return object.get(name).getAsString();
  }
}
