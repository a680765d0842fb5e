// The crash sweep: a scenario runs in a process of its own that dies at the n-th failpoint it
// passes, for n = 1, 2, 3 … until one run comes through. After each the work is taken up again and
// must end as if nothing had happened.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace rectify::crash {

// What a scenario is told: "dsn" → …
using Args = std::map<std::string, std::string>;

// One run of a scenario in this process; false: a step failed that had no reason to.
using Scenario = std::function<bool(const Args&)>;

struct Trial {
  int n = 0;               // also tells the data of one run from those of the others
  std::string crashed_at;  // failpoint; empty: the run came to its end
  // What the scenario noted with Acknowledge before it ended.
  std::map<std::string, std::string> acknowledged;
};

struct SweepOptions {
  std::string scenario;  // a name that main.cc knows
  // Beginnings of the names of the failpoints that count. All that begin so must have been passed.
  std::vector<std::string> areas;
  // Besides "n" and those that Acknowledge needs. "dsn" is where a crash leaves things open.
  Args args;
};

// `prepare` (may be empty) sets up the n-th run, `check` takes up its work and looks at the result,
// both with GoogleTest's expectations; the sweep ends with the first run that fails.
void Sweep(const SweepOptions& options, const std::function<void(int n)>& prepare,
           const std::function<void(const Trial&)>& check);

// In a scenario: notes durably that the caller was given this answer. Both texts may be any bytes.
void Acknowledge(const Args& args, const std::string& step, const std::string& answer);

// The arguments KEY=VALUE of a child process.
Args ReadArgs(int argc, char** argv);

}  // namespace rectify::crash
