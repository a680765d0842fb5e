// Random people call the verbs of an order in random order. Whatever they do, a number is given
// only to a content that its officer and three other people have signed, in their order.
#include <random>
#include <set>

#include "services/rectification_deadlines/domain/order_content.h"
#include "tests/unit/deadline_domain/order_samples.h"

namespace rectify::deadline::domain {
namespace {

constexpr int kChainWalks = 10'000;
constexpr int kCalls = 30;
const absl::Time kProposed = At(2023, 1, 5);
const std::vector<std::string> kChain = {"INSPECTOR", "DEPARTMENT_HEAD", "LEGAL_REVIEWER", "CHIEF"};

std::string OfficerName(int person) { return absl::StrCat("districts/120110/officers/p", person); }

// What a bystander writes down: who signed which step under which content. Persons 0 and 1 are the
// officers Li and Wang.
struct Signature {
  std::string role;
  int person;
  std::string content;
};

class ChainWalk {
 public:
  explicit ChainWalk(unsigned seed) : random_(seed), order_(Drafted({7, 15})) {}

  void Run() {
    for (int i = 0; i < kCalls && order_.state != OrderState::kIssued; ++i) Call();
    if (order_.state == OrderState::kIssued) {
      ++issued;
      ExpectCompleteChain();
    }
  }

  static int issued;

 private:
  int Pick(int n) { return std::uniform_int_distribution<int>(0, n - 1)(random_); }

  // The same person comes in one post, in several or only with the account, and may hold any roles.
  Signer Someone(int person) {
    static const std::vector<std::string>& posts = *new std::vector<std::string>{
        kLi, kWang, OfficerName(2), OfficerName(3), OfficerName(4), OfficerName(5)};
    Signer signer{.name = posts[person],
                  .officers = {posts[person]},
                  .roles = {kChain[Pick(4)]},
                  .user = absl::StrCat("users/p", person)};
    if (Pick(3) == 0) signer.roles = kChain;
    if (person > 1 && Pick(4) == 0) {
      signer.officers.clear();
      signer.name = signer.user;
    }
    return signer;
  }

  void Call() {
    const int person = Pick(6);
    const Signer signer = Someone(person);
    switch (Pick(18)) {
      case 0:
        return Take(Edit(order_, Edited(), kProposed));
      case 1:
        return Take(Return(order_, "依据有误", kProposed));
      case 2:
      case 3:
        return Take(Issue(order_, "津丽消限字〔2023〕第0001号", kProposed));
      case 4:
      case 5:
      case 6:
        if (auto next = Submit(order_, signer, kProposed); next.ok()) {
          log_.push_back({"INSPECTOR", person, ContentText(order_)});
          order_ = *std::move(next);
        }
        return;
      default:
        if (auto next = Approve(order_, signer, "同意", kProposed); next.ok()) {
          log_.push_back({StepOf(*next), person, ContentText(order_)});
          order_ = *std::move(next);
        }
    }
  }

  void Take(absl::StatusOr<Order> next) {
    if (!next.ok()) return;
    order_ = *std::move(next);
    if (order_.state == OrderState::kDrafted) log_.clear();
  }

  std::vector<OrderItem> Edited() {
    std::vector<OrderItem> items = order_.items;
    items[Pick(2)].required_action = absl::StrCat("整改措施", Pick(3));
    return items;
  }

  static std::string StepOf(const Order& signed_order) {
    std::string role;
    for (const Approval& approval : signed_order.approvals) {
      if (!approval.approver.empty()) role = approval.role;
    }
    return role;
  }

  void ExpectCompleteChain() const {
    ASSERT_EQ(log_.size(), kChain.size());
    std::set<int> people;
    for (size_t i = 0; i < log_.size(); ++i) {
      EXPECT_EQ(log_[i].role, kChain[i]);
      EXPECT_EQ(log_[i].content, ContentText(order_));
      EXPECT_TRUE(people.insert(log_[i].person).second) << "signed twice: " << log_[i].person;
      EXPECT_EQ(log_[i].person < 2, i == 0) << "an officer of the case signs the first step only";
    }
  }

  std::mt19937 random_;
  Order order_;
  std::vector<Signature> log_;
};

int ChainWalk::issued = 0;

TEST(OrderChainPropertyTest, NoOrderOfCallsMakesAnOrderEffectiveWithoutFourPeopleInTurn) {
  for (unsigned seed = 0; seed < kChainWalks; ++seed) {
    SCOPED_TRACE(seed);
    ChainWalk(seed).Run();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(ChainWalk::issued, 200) << "the walks must reach the end often enough to say something";
}

TEST(OrderContentTest, EveryPrintedValueChangesTheHashAndNothingElseDoes) {
  const Order order = Drafted({7, 15});
  std::set<std::string> hashes = {ContentHash(order)};
  auto expect_new = [&](const std::function<void(Order&)>& change) {
    Order changed = order;
    change(changed);
    EXPECT_TRUE(hashes.insert(ContentHash(changed)).second);
  };
  expect_new([](Order& o) { o.name += "x"; });
  expect_new([](Order& o) { o.party += "x"; });
  expect_new([](Order& o) { o.venue += "x"; });
  expect_new([](Order& o) { o.officers.pop_back(); });
  expect_new([](Order& o) { o.inspect_time += absl::Hours(24); });
  expect_new([](Order& o) { o.items.pop_back(); });
  expect_new([](Order& o) { o.items[0].description += "x"; });
  expect_new([](Order& o) { o.items[0].basis += "x"; });
  expect_new([](Order& o) { o.items[1].required_action += "x"; });
  expect_new([](Order& o) { o.items[1].term_days = 16; });
  expect_new([](Order& o) { o.items[1].stated_due_date = absl::CivilDay(2023, 2, 1); });
  // A text can't borrow from its neighbour.
  expect_new([](Order& o) {
    o.items[0].description += o.items[0].basis.substr(0, 3);
    o.items[0].basis = o.items[0].basis.substr(3);
  });
  Order later = Approved(order);
  EXPECT_EQ(ContentHash(later), ContentHash(order));
}

TEST(OrderContentTest, ASignatureUnderAnotherContentDoesNotIssue) {
  Order order = Approved(Drafted());
  order.items[0].description = "改写";
  const auto issued = Issue(order, "n", kProposed);
  ASSERT_THAT(issued, ::rectify::testing::StatusIs(absl::StatusCode::kFailedPrecondition,
                                                   "CONTENT_CHANGED"));
  EXPECT_EQ(DetailOf(issued.status())->metadata.at("content_hash"), ContentHash(order));
}

}  // namespace
}  // namespace rectify::deadline::domain
