#include "tests/bench/tools/load.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <memory>

namespace rectify::bench {
namespace {

using Time = std::chrono::steady_clock::time_point;
constexpr auto kCallTimeout = std::chrono::seconds(30);

// One place for a call in flight, used again and again.
struct Slot {
  std::unique_ptr<grpc::ClientContext> context;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  grpc::ByteBuffer response;
  grpc::Status status;
  Time begin;
  bool measured = false;
};

class Load {
 public:
  explicit Load(const LoadOptions& options) : options_(options), slots_(options.concurrency) {
    for (int i = 0; i < options.connections; ++i) {
      grpc::ChannelArguments arguments;
      // Without an argument of its own a channel shares its connection with its equals.
      arguments.SetInt("rectify.bench.connection", i);
      arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
      channels_.push_back(
          grpc::CreateCustomChannel(options.target, grpc::InsecureChannelCredentials(), arguments));
      channels_.back()->WaitForConnected(std::chrono::system_clock::now() + kCallTimeout);
      stubs_.push_back(std::make_unique<grpc::GenericStub>(channels_.back()));
    }
    for (const std::string& request : options.requests) {
      grpc::Slice slice(request.data(), request.size(), grpc::Slice::STATIC_SLICE);
      requests_.emplace_back(&slice, 1);
    }
    result_.latencies_ns.reserve(options.calls);
  }

  LoadResult Run() {
    for (size_t i = 0; i < slots_.size(); ++i) free_.push_back(i);
    started_ = std::chrono::steady_clock::now();
    while (MayBegin() || ended_ < begun_) {
      while (!free_.empty() && MayBegin() && Due() <= std::chrono::steady_clock::now()) {
        Begin(free_.back());
        free_.pop_back();
      }
      AwaitOne();
    }
    result_.seconds = std::chrono::duration<double>(last_end_ - first_begin_).count();
    std::sort(result_.latencies_ns.begin(), result_.latencies_ns.end());
    queue_.Shutdown();
    return std::move(result_);
  }

 private:
  bool MayBegin() const {
    if (begun_ == options_.warmup + options_.calls) return false;
    return options_.seconds == 0 || std::chrono::steady_clock::now() - started_ <
                                        std::chrono::duration<double>(options_.seconds);
  }

  // When the next call should begin.
  Time Due() const {
    if (options_.rate == 0) return started_;
    return started_ + std::chrono::nanoseconds(static_cast<int64_t>(begun_ * 1e9 / options_.rate));
  }

  void Begin(size_t index) {
    Slot& slot = slots_[index];
    slot.context = std::make_unique<grpc::ClientContext>();
    slot.context->set_deadline(std::chrono::system_clock::now() + kCallTimeout);
    if (!options_.token.empty()) {
      slot.context->AddMetadata("authorization", "Bearer " + options_.token);
    }
    slot.measured = begun_ >= options_.warmup;
    // With a rate, waiting for a free slot is waiting too.
    slot.begin = options_.rate == 0 ? std::chrono::steady_clock::now() : Due();
    if (begun_ == options_.warmup) first_begin_ = slot.begin;
    slot.reader = stubs_[index % stubs_.size()]->PrepareUnaryCall(
        slot.context.get(), options_.method, requests_[begun_ % requests_.size()], &queue_);
    ++begun_;
    slot.reader->StartCall();
    slot.reader->Finish(&slot.response, &slot.status, reinterpret_cast<void*>(index));
  }

  void AwaitOne() {
    void* tag = nullptr;
    bool ok = false;
    if (ended_ == begun_ && !MayBegin()) return;
    if (free_.empty() || !MayBegin()) {
      queue_.Next(&tag, &ok);
    } else {
      const auto wait = std::chrono::duration_cast<std::chrono::system_clock::duration>(
          Due() - std::chrono::steady_clock::now());
      if (queue_.AsyncNext(&tag, &ok, std::chrono::system_clock::now() + wait) !=
          grpc::CompletionQueue::GOT_EVENT) {
        return;
      }
    }
    End(reinterpret_cast<size_t>(tag));
  }

  void End(size_t index) {
    Slot& slot = slots_[index];
    const Time now = std::chrono::steady_clock::now();
    ++ended_;
    if (!slot.status.ok()) {
      if (result_.failures++ == 0) {
        result_.first_error =
            std::to_string(slot.status.error_code()) + " " + slot.status.error_message();
      }
    } else if (slot.measured) {
      result_.latencies_ns.push_back((now - slot.begin).count());
    }
    last_end_ = now;
    if (ended_ == begun_ && !MayBegin()) KeepResponse(slot.response);
    free_.push_back(index);
  }

  void KeepResponse(const grpc::ByteBuffer& response) {
    grpc::Slice slice;
    if (response.Valid() && response.DumpToSingleSlice(&slice).ok()) {
      result_.last_response.assign(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
  }

  const LoadOptions& options_;
  std::vector<std::shared_ptr<grpc::Channel>> channels_;
  std::vector<std::unique_ptr<grpc::GenericStub>> stubs_;
  std::vector<grpc::ByteBuffer> requests_;
  std::vector<Slot> slots_;
  std::vector<size_t> free_;
  grpc::CompletionQueue queue_;
  int begun_ = 0, ended_ = 0;
  Time started_, first_begin_, last_end_;
  LoadResult result_;
};

}  // namespace

LoadResult RunLoad(const LoadOptions& options) { return Load(options).Run(); }

}  // namespace rectify::bench
