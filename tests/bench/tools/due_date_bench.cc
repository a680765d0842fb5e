// bench_due_date: how long the domain takes for one due date, and for looking at each of many
// clocks again when the calendar has changed.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>

#include "libs/base/clock.h"
#include "services/rectification_deadlines/domain/clock.h"
#include "services/rectification_deadlines/domain/period.h"
#include "services/rectification_deadlines/events/data_files.h"

namespace rectify::deadline {
namespace {

using domain::Unit;

constexpr int kYear = 2024;
constexpr absl::CivilDay kFirst(kYear, 1, 1);

workday::Calendar ReadCalendar() {
  auto notices = events::ReadNotices("", {});
  if (notices.ok()) {
    auto calendar = workday::Calendar::Create(*std::move(notices));
    if (calendar.ok()) return *std::move(calendar);
  }
  std::fprintf(stderr, "bench_due_date: no calendar\n");
  std::exit(1);
}

const workday::Calendar& TheCalendar() {
  static const auto* const calendar = new workday::Calendar(ReadCalendar());
  return *calendar;
}

// Starts on every day of a year, one after the other.
std::vector<domain::PeriodInput> Inputs(int amount, Unit unit) {
  std::vector<domain::PeriodInput> inputs;
  for (absl::CivilDay day = kFirst; day.year() == kYear; ++day) {
    inputs.push_back({.rule = {"term", amount, unit, domain::Roll::kNextWorkday},
                      .start = StartOfDay(day) + absl::Hours(10)});
  }
  return inputs;
}

void DueDate(benchmark::State& state, int amount, Unit unit) {
  const std::vector<domain::PeriodInput> inputs = Inputs(amount, unit);
  size_t next = 0;
  for (auto unused : state) {
    benchmark::DoNotOptimize(domain::Compute(inputs[next], TheCalendar()));
    if (++next == inputs.size()) next = 0;
  }
}
BENCHMARK_CAPTURE(DueDate, workdays_3, 3, Unit::kWorkdays);
BENCHMARK_CAPTURE(DueDate, workdays_30, 30, Unit::kWorkdays);
BENCHMARK_CAPTURE(DueDate, days_15, 15, Unit::kNaturalDays);
BENCHMARK_CAPTURE(DueDate, months_6, 6, Unit::kMonths);
BENCHMARK_CAPTURE(DueDate, hours_24, 24, Unit::kHours);

// Clocks of a whole year, counted with the notices of the years before it only, under the calendar
// that has its notice as well: all that the calendar can move, moves.
void RecomputeClocks(benchmark::State& state) {
  const auto before = workday::Calendar::Create({});
  std::vector<domain::Clock> clocks;
  const std::vector<domain::PeriodInput> inputs = Inputs(10, Unit::kWorkdays);
  for (int64_t i = 0; i < state.range(0); ++i) {
    const domain::PeriodInput& input = inputs[static_cast<size_t>(i) % inputs.size()];
    const auto deadline = domain::Compute(input, *before);
    domain::Clock clock;
    clock.start_time = input.start;
    clock.period = input.rule;
    clock.due_time = deadline->due_instant;
    clock.due_date = clock.first_due_date = deadline->last_day;
    clock.provisional = deadline->provisional;
    clock.calendar_version = deadline->calendar_version;
    clocks.push_back(std::move(clock));
  }
  const absl::Time now = StartOfDay(kFirst);
  int64_t moved = 0;
  for (auto unused : state) {
    for (const domain::Clock& clock : clocks) {
      const auto next = domain::Recompute(clock, TheCalendar(), now);
      moved += next.ok() && next->has_value();
    }
  }
  if (moved == 0) state.SkipWithError("nothing moved");
}
BENCHMARK(RecomputeClocks)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rectify::deadline

BENCHMARK_MAIN();
