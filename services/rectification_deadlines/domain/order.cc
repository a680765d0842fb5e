#include "services/rectification_deadlines/domain/order.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/rectification_deadlines/domain/order_content.h"
#include "services/rectification_deadlines/domain/order_internal.h"

namespace rectify::deadline::domain {
namespace {

// Beyond any term in practice; keeps a typing error from becoming a date.
constexpr int kMaxTermDays = 3'650;

void VoidApprovals(Order& order) {
  order.submission.reset();
  for (Approval& approval : order.approvals) approval = {.role = approval.role, .approver = ""};
}

OrderItem DraftItem(const FindingFacts& finding) {
  OrderItem item{.finding = finding.finding,
                 .catalog_code = finding.catalog_code,
                 .description = finding.location.empty()
                                    ? finding.description
                                    : absl::StrCat(finding.location, "：", finding.description),
                 .basis = finding.basis,
                 .required_action = finding.required_action};
  if (!finding.at_once) {
    item.term_days = finding.stated_due_date ? 0 : finding.term_days;
    item.stated_due_date = finding.stated_due_date;
  }
  return item;
}

Order DraftOrder(const InspectionFacts& facts, OrderKind kind, const Policy& policy,
                 absl::Time now) {
  Order order;
  order.kind = kind;
  order.inspection = facts.inspection;
  order.inspect_time = facts.inspect_time;
  order.venue = facts.venue;
  order.party = facts.party;
  order.street = facts.street;
  order.officers = facts.officers;
  order.approvals = OpenSteps(policy, kind);
  order.create_time = order.update_time = now;
  return order;
}

void CheckItem(const Order& order, const OrderItem& item, size_t index,
               std::vector<FieldViolation>& violations) {
  const std::string path = absl::StrCat("order.items[", index, "].");
  if (order.kind == OrderKind::kImmediate) {
    if (item.term_days != 0 || item.stated_due_date) {
      violations.push_back({path + (item.stated_due_date ? "stated_due_date" : "term_days"),
                            {"责令立即改正不设期限", "an immediate order has no term"}});
    }
  } else if (item.stated_due_date) {
    if (*item.stated_due_date <= CivilDayOf(order.inspect_time)) {
      violations.push_back(
          {path + "stated_due_date",
           {"改正期限须晚于检查日", "the due date must lie after the day of the inspection"}});
    }
  } else if (item.term_days < 1 || item.term_days > kMaxTermDays) {
    violations.push_back({path + "term_days",
                          {absl::StrCat("改正期限须为 1 至 ", kMaxTermDays, " 日"),
                           absl::StrCat("the term must be 1 to ", kMaxTermDays, " days")}});
  }
}

absl::Status CheckItems(const Order& order, const std::vector<OrderItem>& items) {
  if (items.size() != order.items.size()) {
    return FieldError("order.items",
                      {absl::StrCat("须按原顺序给出全部 ", order.items.size(), " 项"),
                       absl::StrCat("all ", order.items.size(), " items must be given in order")});
  }
  std::vector<FieldViolation> violations;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!items[i].finding.empty() && items[i].finding != order.items[i].finding) {
      violations.push_back({absl::StrCat("order.items[", i, "].finding"),
                            {"与原文书的顺序不一致", "is not the item at this place"}});
    }
    CheckItem(order, items[i], i, violations);
  }
  if (!violations.empty()) return FieldErrors(std::move(violations));
  return absl::OkStatus();
}

absl::Status NotDistinctError(absl::string_view name) {
  return PreconditionError(
      "APPROVER_NOT_DISTINCT",
      {"承办人、承办部门负责人、法核人员、消防机构负责人须为不同的人",
       "the officers of the order and the signers of each step must be different people"},
      {{"approver", std::string(name)}});
}

// The same person may sign once in a post and once without, so accounts are compared too.
bool SignedBy(const Approval& approval, const Signer& signer) {
  if (approval.approver.empty()) return false;
  if (approval.approver == signer.name) return true;
  if (!signer.user.empty() && approval.user == signer.user) return true;
  return std::find(signer.officers.begin(), signer.officers.end(), approval.approver) !=
         signer.officers.end();
}

bool IsOfTheCase(const Order& order, const Signer& signer) {
  bool is =
      order.HasOfficer(signer.name) || (order.submission && SignedBy(*order.submission, signer));
  for (const std::string& officer : signer.officers) is |= order.HasOfficer(officer);
  return is;
}

absl::Status CheckDistinct(const Order& order, const Signer& signer) {
  bool signs_twice = IsOfTheCase(order, signer);
  for (const Approval& approval : order.approvals) signs_twice |= SignedBy(approval, signer);
  return signs_twice ? NotDistinctError(signer.name) : absl::OkStatus();
}

absl::Status NotYourStep(absl::string_view role) {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   {"NOT_YOUR_TASK",
                    {absl::StrCat("当前环节须由 ", role, " 签署"),
                     absl::StrCat("the open step is to be signed by a ", role)},
                    {{"role", std::string(role)}},
                    {}});
}

void Sign(Approval& step, const Signer& signer, absl::string_view opinion, const Order& order,
          absl::Time now) {
  step.approver = signer.name;
  step.user = signer.user;
  step.approve_time = now;
  step.opinion = std::string(opinion);
  step.content_hash = ContentHash(order);
}

}  // namespace

std::vector<Approval> OpenSteps(const Policy& policy, OrderKind kind) {
  std::vector<Approval> steps;
  for (const std::string& role : policy.DocumentOf(kind).approval_steps) {
    steps.push_back({.role = role, .approver = ""});
  }
  return steps;
}

Order DraftAnew(const Order& order, std::string name, const Policy& policy, absl::Time now) {
  Order draft;
  draft.name = std::move(name);
  draft.kind = order.kind;
  draft.inspection = order.inspection;
  draft.inspect_time = order.inspect_time;
  draft.venue = order.venue;
  draft.party = order.party;
  draft.street = order.street;
  draft.officers = order.officers;
  draft.approvals = OpenSteps(policy, order.kind);
  draft.create_time = draft.update_time = now;
  return draft;
}

absl::Status RequireRole(const Signer& signer, const std::vector<std::string>& roles) {
  const bool has = std::any_of(roles.begin(), roles.end(), [&](const std::string& role) {
    return std::find(signer.roles.begin(), signer.roles.end(), role) != signer.roles.end();
  });
  return has ? absl::OkStatus() : NotYourStep(absl::StrJoin(roles, "/"));
}

absl::Status RequireDecider(const Order& order, const Signer& signer,
                            const std::vector<std::string>& roles) {
  RETURN_IF_ERROR(RequireRole(signer, roles));
  return IsOfTheCase(order, signer) ? NotDistinctError(signer.name) : absl::OkStatus();
}

absl::string_view NameOf(OrderState state) {
  switch (state) {
    case OrderState::kDrafted:
      return "DRAFTED";
    case OrderState::kInReview:
      return "IN_REVIEW";
    case OrderState::kApproved:
      return "APPROVED";
    case OrderState::kIssued:
      return "ISSUED";
    case OrderState::kServed:
      return "SERVED";
    case OrderState::kReported:
      return "REPORTED";
    case OrderState::kRecheckFailed:
      return "RECHECK_FAILED";
    case OrderState::kClosed:
      return "CLOSED";
    case OrderState::kVoided:
      return "VOIDED";
    case OrderState::kSuperseded:
      return "SUPERSEDED";
  }
  return "";
}

bool Order::HasOfficer(absl::string_view officer) const {
  return std::find(officers.begin(), officers.end(), officer) != officers.end();
}

std::vector<std::string> Order::Findings() const {
  std::vector<std::string> findings;
  for (const OrderItem& item : items) findings.push_back(item.finding);
  return findings;
}

std::optional<absl::CivilDay> Order::OpenDueDate() const {
  std::optional<absl::CivilDay> earliest;
  for (const OrderItem& item : items) {
    if (!item.open() || !item.due_date) continue;
    if (!earliest || *item.due_date < *earliest) earliest = item.due_date;
  }
  return earliest;
}

bool Order::OverdueAt(absl::Time now) const {
  const std::optional<absl::CivilDay> due = OpenDueDate();
  return due && *due < CivilDayOf(now);
}

std::vector<Order> DraftOrders(const InspectionFacts& facts, const Policy& policy, absl::Time now) {
  Order immediate = DraftOrder(facts, OrderKind::kImmediate, policy, now);
  Order term = DraftOrder(facts, OrderKind::kTerm, policy, now);
  for (const FindingFacts& finding : facts.findings) {
    if (finding.disposition != Disposition::kOrder) continue;
    (finding.at_once ? immediate : term).items.push_back(DraftItem(finding));
  }
  std::vector<Order> orders;
  if (!immediate.items.empty()) orders.push_back(std::move(immediate));
  if (!term.items.empty()) orders.push_back(std::move(term));
  return orders;
}

absl::StatusOr<Order> Edit(Order order, const std::vector<OrderItem>& items, absl::Time now) {
  RETURN_IF_ERROR(
      RequireState(order, {OrderState::kDrafted, OrderState::kInReview, OrderState::kApproved}));
  RETURN_IF_ERROR(CheckItems(order, items));
  for (size_t i = 0; i < items.size(); ++i) {
    OrderItem& item = order.items[i];
    item.description = items[i].description;
    item.basis = items[i].basis;
    item.required_action = items[i].required_action;
    item.stated_due_date = items[i].stated_due_date;
    item.term_days = items[i].stated_due_date ? 0 : items[i].term_days;
  }
  VoidApprovals(order);
  return Next(std::move(order), OrderState::kDrafted, now);
}

absl::StatusOr<Order> Submit(Order order, const Signer& signer, absl::Time now) {
  RETURN_IF_ERROR(RequireState(order, {OrderState::kDrafted}));
  const auto post = std::find_if(signer.officers.begin(), signer.officers.end(),
                                 [&](const std::string& o) { return order.HasOfficer(o); });
  if (post == signer.officers.end()) return NotYourStep("INSPECTOR");
  order.submission = Approval{.role = "INSPECTOR", .approver = ""};
  Sign(*order.submission, {*post, signer.officers, signer.roles, signer.user}, "", order, now);
  order.return_reason.clear();
  const bool reviewed = !order.approvals.empty();
  return Next(std::move(order), reviewed ? OrderState::kInReview : OrderState::kApproved, now);
}

absl::StatusOr<Order> Approve(Order order, const Signer& signer, absl::string_view opinion,
                              absl::Time now) {
  RETURN_IF_ERROR(RequireState(order, {OrderState::kInReview}));
  auto step = std::find_if(order.approvals.begin(), order.approvals.end(),
                           [](const Approval& a) { return a.approver.empty(); });
  if (step == order.approvals.end()) return absl::InternalError("no open step in review");
  if (std::find(signer.roles.begin(), signer.roles.end(), step->role) == signer.roles.end()) {
    return NotYourStep(step->role);
  }
  RETURN_IF_ERROR(CheckDistinct(order, signer));
  RETURN_IF_ERROR(RequireContent(order, order.submission ? order.submission->content_hash : ""));
  Sign(*step, signer, opinion, order, now);
  const bool complete = std::next(step) == order.approvals.end();
  return Next(std::move(order), complete ? OrderState::kApproved : OrderState::kInReview, now);
}

absl::StatusOr<Order> Return(Order order, absl::string_view reason, absl::Time now) {
  RETURN_IF_ERROR(RequireState(order, {OrderState::kInReview, OrderState::kApproved}));
  VoidApprovals(order);
  order.return_reason = std::string(reason);
  return Next(std::move(order), OrderState::kDrafted, now);
}

absl::Status RequireApproved(const Order& order) {
  RETURN_IF_ERROR(RequireState(order, {OrderState::kApproved}));
  RETURN_IF_ERROR(RequireContent(order, order.submission ? order.submission->content_hash : ""));
  std::set<std::string> people(order.officers.begin(), order.officers.end());
  for (const Approval& approval : order.approvals) {
    RETURN_IF_ERROR(RequireContent(order, approval.content_hash));
    if (!people.insert(approval.approver).second) return NotDistinctError(approval.approver);
  }
  return absl::OkStatus();
}

absl::StatusOr<Order> Issue(Order order, std::string document_number, absl::Time now) {
  RETURN_IF_ERROR(RequireApproved(order));
  order.document_number = std::move(document_number);
  order.issue_time = now;
  return Next(std::move(order), OrderState::kIssued, now);
}

absl::StatusOr<Voided> Void(Order order, std::string reason, std::string replacement_name,
                            const Policy& policy, absl::Time now) {
  RETURN_IF_ERROR(RequireState(order, {OrderState::kDrafted, OrderState::kInReview,
                                       OrderState::kApproved, OrderState::kIssued}));
  Order draft = DraftAnew(order, replacement_name, policy, now);
  draft.items = order.items;
  draft.predecessor = order.predecessor;
  order.void_reason = std::move(reason);
  order.replacement = std::move(replacement_name);
  return Voided{Next(std::move(order), OrderState::kVoided, now), std::move(draft)};
}

}  // namespace rectify::deadline::domain
