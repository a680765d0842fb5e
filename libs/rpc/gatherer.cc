#include "libs/rpc/gatherer.h"

#include <algorithm>
#include <string>
#include <utility>

#include "libs/metrics/metrics.h"
#include "libs/rpc/errors.h"

namespace rectify::rpc {
namespace {

// Two, so that one group is prepared while the database works on the other.
constexpr int kMostAtWork = 2;
constexpr size_t kLargestGroup = 64;

grpc::ByteBuffer BufferOf(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

}  // namespace

void Gatherer::Add(const std::shared_ptr<UnaryCall>& call) {
  bool full = false, work = false;
  {
    absl::MutexLock lock(&mutex_);
    full = waiting_.size() >= most_;
    work = !full && at_work_ < kMostAtWork;
    if (!full) waiting_.push_back(call);
    if (work) ++at_work_;
    ShowWaiting();
  }
  if (full) call->Finish(OverloadedError());
  if (work) executor_.Schedule([this] { Work(); });
}

void Gatherer::Work() {
  for (Group group = TakeGroup(); !group.empty(); group = TakeGroup()) Run(std::move(group));
}

// Who gets an empty group has left work: a call that comes later brings its own thread.
Gatherer::Group Gatherer::TakeGroup() {
  absl::MutexLock lock(&mutex_);
  const auto end = waiting_.begin() + std::min(waiting_.size(), kLargestGroup);
  Group group(waiting_.begin(), end);
  waiting_.erase(waiting_.begin(), end);
  if (group.empty()) --at_work_;
  ShowWaiting();
  return group;
}

void Gatherer::ShowWaiting() const {
  metrics::SetGauge("rectify_rpc_waiting_calls", labels_, static_cast<double>(waiting_.size()));
}

void Gatherer::ReadCalls(Group& group) const {
  std::erase_if(group, [this](const std::shared_ptr<UnaryCall>& call) {
    const absl::Status read = Guarded([&] { return call->Read(verifier_); });
    if (!read.ok()) call->Finish(read);
    return !read.ok();
  });
}

void Gatherer::Run(Group group) const {
  ReadCalls(group);
  if (group.empty()) return;
  std::vector<Asked<google::protobuf::Message>> asked;
  asked.reserve(group.size());
  for (const auto& call : group) asked.push_back({call->call(), call->message()});
  std::vector<absl::StatusOr<std::string>> answers;
  const absl::Status done = Guarded([&] {
    answers = method_.handlers.group(asked);
    return answers.size() == group.size() ? absl::OkStatus()
                                          : absl::InternalError("not one answer for each call");
  });
  for (size_t i = 0; i < group.size(); ++i) {
    if (!done.ok()) {
      group[i]->Finish(done);
    } else if (!answers[i].ok()) {
      group[i]->Finish(answers[i].status());
    } else {
      group[i]->Finish(BufferOf(*answers[i]));
    }
  }
}

}  // namespace rectify::rpc
