#include "libs/metrics/metrics.h"

#include <exception>
#include <stdexcept>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "prometheus/counter.h"
#include "prometheus/exposer.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace rectify::metrics {
namespace {

// Lives as long as the process, because threads may count until its end.
const std::shared_ptr<prometheus::Registry>& Registry() {
  static auto* const registry =
      new std::shared_ptr<prometheus::Registry>(std::make_shared<prometheus::Registry>());
  return *registry;
}

prometheus::Counter& Create(prometheus::Counter*, const std::string& name, const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Register(*Registry()).Add(labels);
}

prometheus::Gauge& Create(prometheus::Gauge*, const std::string& name, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Register(*Registry()).Add(labels);
}

prometheus::Histogram& Create(prometheus::Histogram*, const std::string& name,
                              const Labels& labels) {
  static const auto* const kSeconds = new prometheus::Histogram::BucketBoundaries{
      0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
  return prometheus::BuildHistogram().Name(name).Register(*Registry()).Add(labels, *kSeconds);
}

// The metrics of one kind. Looking one up copies nothing and takes a shared lock only.
template <typename Metric>
class Table {
 public:
  // nullptr when the name can't be a metric of this kind.
  Metric* Get(const std::string& name, const Labels& labels) {
    const KeyView key(name, labels);
    {
      absl::ReaderMutexLock lock(&mutex_);
      if (auto it = metrics_.find(key); it != metrics_.end()) return it->second;
    }
    absl::MutexLock lock(&mutex_);
    if (auto it = metrics_.find(key); it != metrics_.end()) return it->second;
    Metric* metric = nullptr;
    try {
      metric = &Create(static_cast<Metric*>(nullptr), name, labels);
    } catch (const std::invalid_argument&) {
    }
    metrics_.emplace(Key(name, labels), metric);
    return metric;
  }

 private:
  using Key = std::pair<std::string, Labels>;
  using KeyView = std::pair<const std::string&, const Labels&>;
  struct Hash {
    using is_transparent = void;
    template <typename K>
    size_t operator()(const K& key) const {
      return absl::HashOf(key.first, key.second);
    }
  };
  struct Equal {
    using is_transparent = void;
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return a.first == b.first && a.second == b.second;
    }
  };

  absl::Mutex mutex_;
  absl::flat_hash_map<Key, Metric*, Hash, Equal> metrics_ ABSL_GUARDED_BY(mutex_);
};

template <typename Metric>
Metric* Find(const std::string& name, const Labels& labels) {
  static auto* const table = new Table<Metric>;
  Metric* metric = table->Get(name, labels);
  if (metric == nullptr) Count("rectify_metrics_rejected_total", {{"name", name}});
  return metric;
}

}  // namespace

void Count(const std::string& name, const Labels& labels, double by) {
  if (auto* counter = Find<prometheus::Counter>(name, labels)) counter->Increment(by);
}

void SetGauge(const std::string& name, const Labels& labels, double value) {
  if (auto* gauge = Find<prometheus::Gauge>(name, labels)) gauge->Set(value);
}

void Observe(const std::string& name, const Labels& labels, absl::Duration elapsed) {
  if (auto* histogram = Find<prometheus::Histogram>(name, labels)) {
    histogram->Observe(absl::ToDoubleSeconds(elapsed));
  }
}

std::string Exposition() { return prometheus::TextSerializer().Serialize(Registry()->Collect()); }

absl::Status Serve(const std::string& listen) {
  const size_t colon = listen.rfind(':');
  int port = 0;
  if (colon == std::string::npos || colon == 0 ||
      !absl::SimpleAtoi(listen.substr(colon + 1), &port) || port < 0 || port > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("not HOST:PORT: ", listen));
  }
  if (port == 0) return absl::OkStatus();
  try {
    // Never destroyed: served until the process ends.
    static auto* const exposers = new std::vector<std::unique_ptr<prometheus::Exposer>>;
    exposers->push_back(std::make_unique<prometheus::Exposer>(listen, /*num_threads=*/1));
    exposers->back()->RegisterCollectable(Registry());
  } catch (const std::exception& error) {
    return absl::UnavailableError(
        absl::StrCat("can't serve metrics at ", listen, ": ", error.what()));
  }
  return absl::OkStatus();
}

}  // namespace rectify::metrics
