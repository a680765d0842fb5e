#include "libs/service/host.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/events/feed.h"
#include "libs/events/relay.h"
#include "libs/events/sequencer.h"
#include "libs/log/log.h"
#include "libs/metrics/metrics.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/own_token.h"

namespace rectify::service {
namespace {

// How long background work rests when it found nothing to do. A commit wakes the sequencer, so it
// looks by itself only for what a replica that crashed has left. On the simulated clock consumers
// never wait inside a turn, so that Settle gets its turn at once.
constexpr absl::Duration kSequencerPoll = absl::Milliseconds(250);
// From the start of one turn of the sequencer to that of the next at the least, while many commit
// at once: with a turn for each commit, the log would take as much of the database as the commands.
constexpr absl::Duration kSequencerPace = absl::Milliseconds(3);
constexpr int kFewEvents = 4;  // of one turn: they came alone, so there is nothing to wait for
constexpr absl::Duration kConsumerWait = absl::Seconds(1);
constexpr absl::Duration kSimulatedPoll = absl::Milliseconds(100);
// A run that is driven by Settle does all work there. Background work in between would only take
// the machine from it, so it looks around once in a while, in case that the driver has gone.
constexpr absl::Duration kDriven = absl::Seconds(2);
constexpr absl::Duration kDrivenPoll = absl::Seconds(1);
constexpr int kLargeWork = 1000;  // things done before there were no more
constexpr absl::Duration kRetryPause = absl::Milliseconds(250);
// A person has to act first.
constexpr absl::Duration kDivergedPause = absl::Seconds(5);

// What a start or a large piece of work has used would stay with the process for good.
void ReturnFreeMemory() { malloc_trim(0); }

// A flag that background threads wait on; wakes early.
class Bell {
 public:
  void Ring() {
    absl::MutexLock lock(&mutex_);
    rung_ = true;
  }
  // Waits for a ring at most `timeout`, and clears it.
  void Wait(absl::Duration timeout) {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&rung_), timeout);
    rung_ = false;
  }

 private:
  absl::Mutex mutex_;
  bool rung_ ABSL_GUARDED_BY(mutex_) = false;
};

struct Timer {
  std::string name;
  absl::Duration interval;
  std::function<absl::StatusOr<int>()> run;
  std::function<absl::StatusOr<absl::Time>()> next_due;
  absl::Mutex turn;
  Bell bell;
};

struct Feed {
  std::string source;
  std::unique_ptr<events::RemoteFeed> reader;
  std::unique_ptr<events::Consumer> consumer;
  absl::Mutex turn;
  Bell bell;
};

}  // namespace

struct Host::Impl {
  HostOptions options;
  std::unique_ptr<Clock> clock;
  std::unique_ptr<pg::Pool> pool;
  std::unique_ptr<rpc::TokenVerifier> verifier;
  std::unique_ptr<rpc::OwnToken> token;
  std::unique_ptr<events::Commands> commands;
  std::unique_ptr<rpc::Server> server;
  std::unique_ptr<events::LocalFeed> feed;
  std::unique_ptr<events::Sequencer> sequencer;
  std::unique_ptr<events::Relay> relay;
  std::map<std::string, std::unique_ptr<rpc::Client>> peers;
  std::vector<std::unique_ptr<Feed>> feeds;
  std::vector<std::unique_ptr<Timer>> timers;
  absl::Mutex sequencing;
  Bell committed;
  std::atomic<int64_t> settled_at = 0;  // in real time, Unix milliseconds
  std::vector<std::jthread> threads;
  bool started = false;

  absl::Status OpenPeers(const HostOptions& given) {
    rpc::ClientOptions client;
    if (!given.tls_roots.empty()) {
      client.tls = {.root_file = given.tls_roots,
                    .cert_file = given.server.tls.cert_file,
                    .key_file = given.server.tls.key_file};
    }
    client.token = [own = token.get()] { return own->Get(); };
    for (const auto& [name, target] : given.peers) {
      client.target = target;
      peers[name] = std::make_unique<rpc::Client>(client);
      RETURN_IF_ERROR(peers[name]->usable());
    }
    return absl::OkStatus();
  }

  bool Driven() const {
    return absl::Now() - absl::FromUnixMillis(settled_at.load(std::memory_order_relaxed)) < kDriven;
  }

  // How long background work that would rest for `usual` rests now.
  absl::Duration Rest(absl::Duration usual) const {
    return Driven() ? std::max(usual, kDrivenPoll) : usual;
  }

  absl::StatusOr<int> Drain(events::FeedSlice* fresh = nullptr) {
    absl::MutexLock lock(&sequencing);
    return sequencer->Drain(fresh);
  }

  // The relay is the loop's alone.
  absl::StatusOr<int> Sequence() {
    events::FeedSlice fresh;
    ASSIGN_OR_RETURN(int moved, Drain(&fresh));
    if (relay != nullptr) {
      // Redis only makes readers faster; they read the feed when it is away.
      if (absl::StatusOr<int> published = relay->Publish(fresh); !published.ok()) {
        log::Warning("relay_failed", {{"error", published.status().ToString()}});
        return moved;
      }
    }
    return moved;
  }

  void SequencerLoop(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      committed.Wait(Rest(kSequencerPoll));
      const absl::Time begin = absl::Now();
      absl::StatusOr<int> moved = Sequence();
      if (!moved.ok()) {
        log::Warning("sequencer_failed", {{"error", moved.status().ToString()}});
        absl::SleepFor(kRetryPause);
      } else if (*moved > kFewEvents) {
        absl::SleepFor(begin + kSequencerPace - absl::Now());
      }
    }
  }

  void ConsumerLoop(Feed& feed, const std::stop_token& stop) {
    const bool simulated = clock->simulated();
    int since_rest = 0;
    while (!stop.stop_requested()) {
      absl::StatusOr<int> applied;
      {
        absl::MutexLock lock(&feed.turn);
        applied = feed.consumer->Step(simulated ? absl::ZeroDuration() : kConsumerWait);
      }
      if (!applied.ok()) {
        log::Warning("consumer_failed",
                     {{"source", feed.source}, {"error", applied.status().ToString()}});
        const bool diverged = ReasonOf(applied.status()) == "HISTORY_DIVERGED";
        feed.bell.Wait(diverged ? kDivergedPause : kRetryPause);
      } else if (*applied > 0) {
        since_rest += *applied;
      } else {
        if (std::exchange(since_rest, 0) >= kLargeWork) ReturnFreeMemory();
        if (simulated) feed.bell.Wait(Rest(kSimulatedPoll));
      }
    }
  }

  // Runs a timer until it finds nothing more to do, or the service stops; returns how much it did.
  static absl::StatusOr<int> RunTimer(Timer& timer, const std::stop_token& stop = {}) {
    absl::MutexLock lock(&timer.turn);
    int total = 0;
    while (!stop.stop_requested()) {
      ASSIGN_OR_RETURN(int done, timer.run());
      if (done == 0) break;
      total += done;
    }
    return total;
  }

  // Runs all timers until none finds anything more: one may make work for another. One that fails
  // does not keep the others from their turn.
  absl::StatusOr<int> RunTimers() {
    int total = 0;
    while (true) {
      absl::Status problem;
      int pass = 0;
      for (auto& timer : timers) {
        absl::StatusOr<int> done = RunTimer(*timer);
        problem.Update(done.status());
        if (done.ok()) pass += *done;
      }
      if (!problem.ok()) return problem;
      total += pass;
      if (pass == 0 || timers.size() == 1) return total;
    }
  }

  // The earliest instant at which a timer that can tell has something to do.
  absl::StatusOr<absl::Time> NextDue() {
    absl::Time next = absl::InfiniteFuture();
    for (auto& timer : timers) {
      if (timer->next_due == nullptr) continue;
      ASSIGN_OR_RETURN(absl::Time due, timer->next_due());
      next = std::min(next, due);
    }
    return next;
  }

  // Applies what the request's head of this source names.
  static absl::StatusOr<int> CatchUp(Feed& feed, const ops::v1::SettleRequest& request) {
    for (const ops::v1::SourceHead& head : request.heads()) {
      if (head.source() != feed.source) continue;
      absl::MutexLock lock(&feed.turn);
      return feed.consumer->CatchUp(head.position());
    }
    return 0;
  }

  absl::StatusOr<int64_t> CountParked() {
    int64_t parked = 0;
    for (auto& feed : feeds) {
      absl::MutexLock lock(&feed->turn);
      ASSIGN_OR_RETURN(int64_t count, feed->consumer->CountParked());
      parked += count;
    }
    return parked;
  }

  // A driver's Settle applies all events of an instant before it runs the timers. A turn of the
  // loop's own in between would act on some of them only, so there is none while somebody drives.
  void TimerLoop(Timer& timer, const std::stop_token& stop) {
    for (bool first = true; !stop.stop_requested(); first = false) {
      absl::StatusOr<int> done = Driven() ? 0 : RunTimer(timer, stop);
      if (!done.ok()) {
        log::Warning("timer_failed", {{"timer", timer.name}, {"error", done.status().ToString()}});
      }
      if (first || (done.ok() && *done >= kLargeWork)) ReturnFreeMemory();
      timer.bell.Wait(timer.interval);
    }
  }
};

Host::Host() : impl_(std::make_unique<Impl>()) {}
Host::~Host() { Stop(); }

absl::StatusOr<std::unique_ptr<Host>> Host::Create(HostOptions options,
                                                   std::vector<pg::Migration> migrations) {
  if (options.sealed && !(options.redis.empty() && options.metrics_listen.empty())) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the service ", options.name, " is sealed: leave out --redis and --metrics-listen"));
  }
  std::unique_ptr<Host> host(new Host);
  Impl& impl = *host->impl_;
  ASSIGN_OR_RETURN(impl.clock, OpenClock(options.clock, options.allow_simulated_clock));

  pg::PoolOptions pool;
  pool.dsn = options.pg_dsn;
  pool.schema = options.name;
  pool.size = options.db_connections;
  pool.app_name = absl::StrCat("rectify-", options.name);
  impl.pool = std::make_unique<pg::Pool>(pool);
  RETURN_IF_ERROR(impl.pool->WaitUntilReachable(absl::Seconds(30)));
  migrations.insert(migrations.begin(), events::SpineMigration(options.name));
  RETURN_IF_ERROR(pg::Migrate(pool, migrations));

  ASSIGN_OR_RETURN(impl.verifier, rpc::TokenVerifier::FromFolder(options.keys + "/public"));
  ASSIGN_OR_RETURN(auto signer, rpc::TokenSigner::FromFile(absl::StrCat(
                                    options.keys, "/private/svc-", options.name, ".pem")));
  impl.token = std::make_unique<rpc::OwnToken>(std::move(signer), "services/" + options.name);
  RETURN_IF_ERROR(impl.OpenPeers(options));

  impl.commands = std::make_unique<events::Commands>(*impl.pool, *impl.clock,
                                                     [&impl] { impl.committed.Ring(); });
  impl.sequencer = std::make_unique<events::Sequencer>(*impl.pool, options.name, *impl.clock);
  if (!options.redis.empty()) {
    impl.relay = std::make_unique<events::Relay>(*impl.pool, options.redis, options.name);
  }
  impl.feed = std::make_unique<events::LocalFeed>(*impl.pool, options.name);
  impl.server = std::make_unique<rpc::Server>(options.server, *impl.verifier);
  if (!options.sealed) {
    events::RegisterEventFeed(*impl.server, *impl.feed);
    events::RegisterAuditTrail(*impl.server, *impl.pool, options.name);
  }
  if (impl.clock->simulated()) {
    impl.server->Unary<ops::v1::SettleRequest, ops::v1::SettleResponse>(
        "rectify.ops.v1.Simulation.Settle",
        [host = host.get()](const rpc::Call&, const ops::v1::SettleRequest& request) {
          return host->Settle(request);
        });
  }
  impl.options = std::move(options);
  return host;
}

const HostOptions& Host::options() const { return impl_->options; }
pg::Pool& Host::pool() { return *impl_->pool; }
const Clock& Host::clock() { return *impl_->clock; }
events::Commands& Host::commands() { return *impl_->commands; }
rpc::Server& Host::server() { return *impl_->server; }

const rpc::Client& Host::peer(const std::string& name) {
  auto found = impl_->peers.find(name);
  if (found == impl_->peers.end()) {
    log::Error("peer_missing", {{"peer", name}, {"hint", "--peer " + name + "=HOST:PORT"}});
    std::exit(2);
  }
  return *found->second;
}

void Host::Consume(const std::string& source, events::Consumer::Handler handler) {
  Consume(source, events::Consumer::InOrder(std::move(handler)));
}

void Host::Consume(const std::string& source, events::Consumer::RunHandler handler) {
  auto feed = std::make_unique<Feed>();
  feed->source = source;
  feed->reader = std::make_unique<events::RemoteFeed>(peer(source));
  events::ConsumerOptions options;
  options.name = impl_->options.name;
  options.source = source;
  options.redis_address = impl_->options.redis;
  feed->consumer = std::make_unique<events::Consumer>(options, *impl_->commands, *feed->reader,
                                                      std::move(handler));
  impl_->feeds.push_back(std::move(feed));
}

void Host::AddTimer(const std::string& name, absl::Duration interval,
                    std::function<absl::StatusOr<int>()> fn,
                    std::function<absl::StatusOr<absl::Time>()> next_due) {
  auto timer = std::make_unique<Timer>();
  timer->name = name;
  timer->interval = interval;
  timer->run = std::move(fn);
  timer->next_due = std::move(next_due);
  impl_->timers.push_back(std::move(timer));
}

absl::Status Host::Start() {
  RETURN_IF_ERROR(impl_->server->Start());
  impl_->started = true;
  impl_->threads.emplace_back([this](const std::stop_token& stop) { impl_->SequencerLoop(stop); });
  for (auto& feed : impl_->feeds) {
    impl_->threads.emplace_back([this, feed = feed.get()](const std::stop_token& stop) {
      impl_->ConsumerLoop(*feed, stop);
    });
  }
  for (auto& timer : impl_->timers) {
    impl_->threads.emplace_back([this, timer = timer.get()](const std::stop_token& stop) {
      impl_->TimerLoop(*timer, stop);
    });
  }
  impl_->server->SetServing(true);
  return absl::OkStatus();
}

void Host::Stop() {
  if (!impl_->started) return;
  impl_->started = false;
  impl_->server->Shutdown(absl::Seconds(10));
  for (std::jthread& thread : impl_->threads) thread.request_stop();
  impl_->committed.Ring();
  for (auto& feed : impl_->feeds) feed->bell.Ring();
  for (auto& timer : impl_->timers) timer->bell.Ring();
  impl_->threads.clear();
}

absl::StatusOr<ops::v1::SettleResponse> Host::Settle(const ops::v1::SettleRequest& request) {
  impl_->settled_at.store(absl::ToUnixMillis(absl::Now()), std::memory_order_relaxed);
  // One part that can't go on must not keep the others from it: it may be waiting for them.
  absl::Status problem;
  int work = 0;
  auto note = [&](const absl::StatusOr<int>& done) {
    problem.Update(done.status());
    if (done.ok()) work += *done;
  };
  for (auto& feed : impl_->feeds) note(impl_->CatchUp(*feed, request));
  note(impl_->RunTimers());
  absl::StatusOr<absl::Time> next_due = impl_->NextDue();
  problem.Update(next_due.status());
  // Who settles reads the feeds; the stream in Redis follows in the background.
  absl::StatusOr<int> sequenced = impl_->Drain();
  problem.Update(sequenced.status());
  // Nobody follows a sealed service, so what it told itself makes no work and is not told.
  if (sequenced.ok() && !impl_->options.sealed) work += *sequenced;
  absl::StatusOr<event::v1::FeedHead> head = impl_->feed->Head("internal");
  problem.Update(head.status());
  absl::StatusOr<int64_t> parked = impl_->CountParked();
  problem.Update(parked.status());
  if (!problem.ok()) {
    ErrorDetail detail;
    detail.reason = "NOT_SETTLED";
    detail.text = {absl::StrCat("尚未静止：", problem.message()),
                   absl::StrCat("not settled: ", problem.message())};
    return MakeError(absl::StatusCode::kAborted, std::move(detail));
  }

  ops::v1::SettleResponse response;
  response.set_worked(work > 0);
  response.mutable_head()->set_source(impl_->options.name);
  if (!impl_->options.sealed) response.mutable_head()->set_position(head->position());
  response.set_parked_events(*parked);
  if (*next_due != absl::InfiniteFuture()) {
    *response.mutable_next_due_time() = rpc::ToTimestamp(*next_due);
  }
  for (const auto& feed : impl_->feeds) response.add_consumed_sources(feed->source);
  return response;
}

}  // namespace rectify::service
