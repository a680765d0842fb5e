// Prometheus metrics by name. Names are `rectify_<area>_<what>_<unit>`; label values must be
// bounded (method, code, statement: never an id). Thread-safe. A name has one kind: a use that
// contradicts an earlier one is counted in rectify_metrics_rejected_total{name} and otherwise
// ignored.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace rectify::metrics {

using Labels = std::map<std::string, std::string>;

void Count(const std::string& name, const Labels& labels = {}, double by = 1);
void SetGauge(const std::string& name, const Labels& labels, double value);
// A histogram in seconds, from 0.5 ms to one minute.
void Observe(const std::string& name, const Labels& labels, absl::Duration elapsed);

// The text exposition of all metrics of this process.
std::string Exposition();

// Serves /metrics at "127.0.0.1:9100" until the process ends; port 0 is not served. UNAVAILABLE
// when the port is taken. Call at start, from one thread.
absl::Status Serve(const std::string& listen);

}  // namespace rectify::metrics
