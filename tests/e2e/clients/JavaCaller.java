import com.google.gson.JsonObject;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import google.rpc.ErrorDetails.ErrorInfo;
import google.rpc.StatusOuterClass.Status;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractStub;
import io.grpc.stub.MetadataUtils;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** How a Java program calls us: where, as whom, and what it does when it fails or has to wait. */
final class JavaCaller implements AutoCloseable {
  private final Map<String, ManagedChannel> channels = new HashMap<>();
  private final JsonObject addresses;
  private final JsonObject tokens;

  JavaCaller(JsonObject addresses, JsonObject tokens) {
    this.addresses = addresses;
    this.tokens = tokens;
  }

  @Override
  public void close() {
    channels.values().forEach(ManagedChannel::shutdownNow);
  }

  // One for all stubs of a service.
  ManagedChannel channel(String service) {
    return channels.computeIfAbsent(service, name -> ManagedChannelBuilder
        .forTarget(addresses.get(name).getAsString()).usePlaintext().build());
  }

  // The stub for one call by the holder of that token. Its time counts from here, and the first call
  // also loads the whole transport, which takes a busy machine seconds: be generous.
  <S extends AbstractStub<S>> S as(String role, S stub) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
        "Bearer " + tokens.get(role).getAsString());
    return stub.withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
        .withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  // Other services hear of a change a moment later.
  static <T> T until(String what, Supplier<Optional<T>> attempt) throws InterruptedException {
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

  // Why a call failed, as our error model says it: the reason of its google.rpc.ErrorInfo.
  static String reasonOf(StatusRuntimeException error) throws InvalidProtocolBufferException {
    byte[] details = error.getTrailers().get(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER));
    for (Any detail : Status.parseFrom(details).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        return detail.unpack(ErrorInfo.class).getReason();
      }
    }
    return "";
  }
}
