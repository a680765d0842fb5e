// Overdue never goes quiet: however an order lives, each of its open hazards has a running clock
// with an owner, and once its term has ended somebody of the authority must act.
#include <map>
#include <random>

#include "services/rectification_deadlines/domain/extension.h"
#include "services/rectification_deadlines/domain/next_instrument.h"
#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

constexpr int kOverdueWalks = 600;
constexpr int kSteps = 30;

class OverdueWalk {
 public:
  explicit OverdueWalk(unsigned seed) : random_(seed) {
    Order order = Drafted({3 + Pick(10), 10 + Pick(30)});
    Put(order, SubjectOf(order), {{Trigger::kOrderDrafted, now_}});
  }

  // Names of the instruments and states that all walks have met together.
  static std::set<std::string> met;

  void Run() {
    for (int i = 0; i < kSteps && !::testing::Test::HasFailure(); ++i) {
      now_ += absl::Hours(Pick(4) == 0 ? 24 * Pick(25) : Pick(48));
      const size_t chosen = Pick(static_cast<int>(orders_.size()));
      Act(std::next(orders_.begin(), chosen)->second);
      ExpectSomebodyActs();
    }
  }

 private:
  int Pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  void Put(const Order& order, const Subject& subject, const std::vector<Occurrence>& occurrences) {
    met.insert(std::string(NameOf(order.state)));
    orders_.insert_or_assign(order.name, order);
    std::vector<Clock>& clocks = clocks_[order.name];
    for (const Occurrence& occurrence : occurrences) {
      auto effects = Advance(policy_, subject, occurrence, clocks, calendar_, now_);
      ASSERT_OK(effects);
      for (Effect& effect : *effects) {
        if (effect.kind == Effect::Kind::kStart) effect.clock.name = absl::StrCat(++names_);
        std::erase_if(clocks, [&](const Clock& c) { return c.name == effect.clock.name; });
        if (effect.clock.Open()) clocks.push_back(effect.clock);
      }
    }
  }

  void Put(const absl::StatusOr<Order>& order, const std::vector<Occurrence>& occurrences) {
    if (order.ok()) Put(*order, SubjectOf(*order), occurrences);
  }

  void Act(Order order) {
    switch (order.state) {
      case OrderState::kDrafted:
        return BringToService(std::move(order));
      case OrderState::kClosed:
      case OrderState::kSuperseded:
        return Conclude(order);
      default:
        break;
    }
    switch (Pick(7)) {
      case 0:
        return Put(ReportRectified(order, {now_, "users/manager", "已改正"}, now_),
                   {{Trigger::kRectificationReported, now_}});
      case 1:
        return Ask(order);
      case 2:
        return DecideOnExtension(order);
      case 3:
      case 4:
        return DecideWhatFollows(order);
      case 5:
        return Conclude(order);
      default:
        return DoRecheck(order);
    }
  }

  void BringToService(Order order) {
    auto next = Submit(std::move(order), Handler(), now_);
    for (const char* role : {"DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF"}) {
      next = Approve(*next, SignerOf(role), "同意", now_);
    }
    next = Serve(*Issue(*next, absl::StrCat("第", ++names_, "号"), now_), ServiceAt(now_),
                 TwoOfficers(), ShippedPolicy(), calendar_, now_);
    ASSERT_OK(next);
    Put(next, {{Trigger::kOrderServed, now_}});
  }

  void Ask(const Order& order) {
    const auto asked = RequestExtension(
        order, {"users/manager", "r", "s", CivilDayOf(now_) + 20 + Pick(30), {}}, policy_, now_);
    if (asked.ok()) Put(asked, OccurrencesOf(asked->extensions.back(), *asked));
  }

  void DecideOnExtension(const Order& order) {
    const auto decided =
        DecideExtension(order, {Pick(3) > 0, std::nullopt, "r", DeliberationAt(now_)},
                        SignerOf("CHIEF"), policy_, now_);
    if (!decided.ok()) return;
    met.insert(Pick(2) == 0 ? "EXTENSION" : "EXTENSION_DECIDED");
    Put(decided, OccurrencesOf(decided->extensions.back(), *decided));
  }

  void DecideWhatFollows(const Order& order) {
    const std::vector<Proposal> proposals = ProposalsFor(order, policy_, CivilDayOf(now_));
    if (proposals.empty()) return;
    const InstrumentRule& rule = *proposals[Pick(static_cast<int>(proposals.size()))].rule;
    const std::string second = absl::StrCat("districts/120110/orders/second", ++names_);
    const auto decided = DecideNext(order, {rule.instrument, "r", "", second, DeliberationAt(now_)},
                                    SignerOf("CHIEF"), policy_, now_);
    if (!decided.ok()) return;  // a second order while a term runs
    met.insert(rule.title);
    Occurrence occurrence{.trigger = Trigger::kNextDecided, .time = now_};
    occurrence.instrument = rule.instrument;
    Put(decided->order, SubjectAfterNext(decided->order), {occurrence});
    if (decided->second) {
      Put(*decided->second, SubjectOf(*decided->second), {{Trigger::kOrderDrafted, now_}});
    }
  }

  void Conclude(const Order& order) {
    for (const InstrumentDecision& decision : order.decisions) {
      if (decision.state != DecisionState::kOpen) continue;
      const auto concluded = domain::Conclude(
          order,
          {decision.instrument, decision.instrument == NextInstrument::kPenaltyCase, "o", ""},
          now_);
      ASSERT_OK(concluded);
      Occurrence occurrence{.trigger = Trigger::kNextConcluded, .time = now_};
      occurrence.instrument = decision.instrument;
      return Put(*concluded, SubjectAfterNext(*concluded), {occurrence});
    }
  }

  void DoRecheck(const Order& order) {
    const bool reported = order.state == OrderState::kReported;
    std::vector<std::string> open, left_out;
    size_t still_open = 0;
    for (const OrderItem& item : order.items) {
      if (!item.open()) continue;
      ++still_open;
      const bool may_wait = !reported && *item.due_date >= CivilDayOf(now_);
      if (may_wait && Pick(2) == 0) {
        left_out.push_back(item.finding);
      } else if (Pick(4) > 0) {
        open.push_back(item.finding);
      }
    }
    if (left_out.size() == still_open) return;
    if (!left_out.empty()) met.insert(open.empty() ? "PART_PASSED" : "PART_FAILED");
    const Recheck recheck = RecheckOf(order, now_, open, left_out);
    const auto rechecked = RecordRecheck(order, recheck, TwoOfficers(), now_);
    ASSERT_OK(rechecked);
    Put(rechecked->order, SubjectOf(rechecked->order), OccurrencesOf(recheck, rechecked->order));
    std::string first = order.predecessor;
    while (!first.empty() && !rechecked->rectified.empty()) {
      const Rechecked followed =
          FollowSecondOrder(orders_.at(first), rechecked->rectified, now_, now_);
      Put(followed.order, SubjectOf(followed.order),
          {{Trigger::kRechecked, now_}, {Trigger::kRecheckPassed, now_}});
      first = followed.order.predecessor;
    }
  }

  bool SomebodyActs(const std::string& finding, bool overdue) const {
    for (const auto& [name, clocks] : clocks_) {
      for (const Clock& clock : clocks) {
        const bool covers = std::find(clock.findings.begin(), clock.findings.end(), finding) !=
                            clock.findings.end();
        if (covers && !clock.owner.empty() && (!overdue || clock.owner != kVenue)) return true;
      }
    }
    return false;
  }

  void ExpectSomebodyActs() const {
    for (const auto& [name, order] : orders_) {
      if (order.state == OrderState::kVoided) continue;
      for (const OrderItem& item : order.items) {
        if (!item.open()) continue;
        const bool overdue = item.due_date && *item.due_date < CivilDayOf(now_);
        EXPECT_TRUE(SomebodyActs(item.finding, overdue))
            << name << " " << NameOf(order.state) << " " << item.finding << " overdue=" << overdue
            << " at " << absl::FormatTime(now_);
      }
    }
  }

  std::mt19937 random_;
  const Policy policy_ = ShippedPolicy();
  const workday::Calendar calendar_ = ReadCalendar();
  absl::Time now_ = At(2023, 1, 4, 11);
  std::map<std::string, Order> orders_;
  std::map<std::string, std::vector<Clock>> clocks_;
  int names_ = 0;
};

std::set<std::string> OverdueWalk::met;

TEST(OverduePropertyTest, AnOpenOverdueOrderAlwaysHasANamedPostThatMustAct) {
  for (unsigned seed = 0; seed < kOverdueWalks; ++seed) {
    SCOPED_TRACE(seed);
    OverdueWalk(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
  for (const char* name :
       {"SERVED", "REPORTED", "RECHECK_FAILED", "CLOSED", "SUPERSEDED", "EXTENSION", "PART_PASSED",
        "PART_FAILED", "立案处罚", "再次责令改正", "临时查封", "约谈", "移送、抄告"}) {
    EXPECT_TRUE(OverdueWalk::met.contains(name)) << name << " was never met";
  }
}

}  // namespace
}  // namespace rectify::deadline::domain
