#include "services/cli/labels.h"

#include <initializer_list>
#include <utility>

namespace rectify::cli {
namespace {

std::string Pick(int value, std::initializer_list<std::pair<int, const char*>> labels) {
  for (const auto& [known, label] : labels) {
    if (known == value) return label;
  }
  return "未知";
}

}  // namespace

std::string FindingStateLabel(hazard::v1::Finding::State state) {
  using F = hazard::v1::Finding;
  return Pick(state, {{F::STATE_OPEN, "待处理"},
                      {F::STATE_ORDERED, "整改中"},
                      {F::STATE_RECTIFIED, "已改正"},
                      {F::STATE_TRANSFERRED, "已移送"}});
}

std::string DispositionLabel(hazard::v1::Disposition disposition) {
  return Pick(disposition, {{hazard::v1::DISPOSITION_CORRECTED_ON_SPOT, "当场改正"},
                            {hazard::v1::DISPOSITION_ORDER, "责令改正"},
                            {hazard::v1::DISPOSITION_TRANSFER, "移送"}});
}

std::string CampaignStateLabel(hazard::v1::Campaign::State state) {
  using C = hazard::v1::Campaign;
  return Pick(state,
              {{C::STATE_DRAFT, "筹备"}, {C::STATE_ACTIVE, "开展中"}, {C::STATE_ENDED, "已结束"}});
}

std::string DepartmentTaskStateLabel(hazard::v1::DepartmentTask::State state) {
  using T = hazard::v1::DepartmentTask;
  return Pick(state, {{T::STATE_ASSIGNED, "办理中"},
                      {T::STATE_REPORTED, "已反馈"},
                      {T::STATE_ACCEPTED, "已办结"}});
}

std::string SelfInspectionStateLabel(hazard::v1::SelfInspection::State state) {
  using S = hazard::v1::SelfInspection;
  return Pick(state, {{S::STATE_REQUESTED, "待自查"},
                      {S::STATE_REPORTED, "待确认"},
                      {S::STATE_CONFIRMED, "整改中"},
                      {S::STATE_CLOSED, "已办结"}});
}

std::string OrderStateLabel(deadline::v1::Order::State state) {
  using O = deadline::v1::Order;
  return Pick(state, {{O::STATE_DRAFTED, "拟稿"},
                      {O::STATE_IN_REVIEW, "审批中"},
                      {O::STATE_APPROVED, "已审批"},
                      {O::STATE_ISSUED, "已编号"},
                      {O::STATE_SERVED, "已送达"},
                      {O::STATE_REPORTED, "已申请复查"},
                      {O::STATE_RECHECK_FAILED, "复查不合格"},
                      {O::STATE_CLOSED, "已销案"},
                      {O::STATE_VOIDED, "作废"},
                      {O::STATE_SUPERSEDED, "已另行责令"}});
}

std::string OrderKindLabel(deadline::v1::OrderKind kind) {
  return Pick(kind, {{deadline::v1::ORDER_KIND_IMMEDIATE, "责令立即改正通知书"},
                     {deadline::v1::ORDER_KIND_TERM, "责令限期改正通知书"}});
}

std::string SealStateLabel(deadline::v1::Seal::State state) {
  using S = deadline::v1::Seal;
  return Pick(state, {{S::STATE_IN_REVIEW, "审批中"},
                      {S::STATE_APPROVED, "已审批"},
                      {S::STATE_SEALED, "已查封"},
                      {S::STATE_LIFT_APPLIED, "已申请解除"},
                      {S::STATE_LIFT_CHECKED, "已核查"},
                      {S::STATE_LIFTED, "已解除"},
                      {S::STATE_REFUSED, "不予查封"}});
}

std::string SealGroundLabel(deadline::v1::SealGround ground) {
  return Pick(ground, {{deadline::v1::SEAL_GROUND_EXITS, "不具备安全疏散条件"},
                       {deadline::v1::SEAL_GROUND_FACILITIES, "消防设施严重损坏"},
                       {deadline::v1::SEAL_GROUND_FLAMMABLES, "违规使用、储存易燃易爆危险品"},
                       {deadline::v1::SEAL_GROUND_DECORATION, "采用易燃可燃材料装修"},
                       {deadline::v1::SEAL_GROUND_OTHER_GRAVE, "其他严重威胁公共安全"}});
}

std::string ClockStateLabel(const deadline::v1::Clock& clock) {
  using C = deadline::v1::Clock;
  if (clock.state() == C::STATE_MET) return clock.met_in_time() ? "按期完成" : "逾期完成";
  if (clock.state() == C::STATE_CANCELLED) return "取消";
  if (clock.overdue()) return "已逾期";
  return clock.provisional() ? "运行（暂定）" : "运行";
}

std::string DayClassLabel(deadline::v1::DayClass day_class) {
  return Pick(day_class, {{deadline::v1::DAY_CLASS_WORKDAY, "工作日"},
                          {deadline::v1::DAY_CLASS_WEEKEND, "周末"},
                          {deadline::v1::DAY_CLASS_HOLIDAY, "放假"},
                          {deadline::v1::DAY_CLASS_MAKE_UP_WORKDAY, "调休上班"},
                          {deadline::v1::DAY_CLASS_CLOSURE, "本区停办公"},
                          {deadline::v1::DAY_CLASS_UNKNOWN, "通知未载入"}});
}

std::string ReminderStateLabel(reminder::v1::Reminder::State state) {
  using R = reminder::v1::Reminder;
  return Pick(state, {{R::STATE_PENDING, "待发送"},
                      {R::STATE_CLAIMED, "处理中"},
                      {R::STATE_SENDING, "发送中"},
                      {R::STATE_SENT, "已发送"},
                      {R::STATE_SUPERSEDED, "已取代"},
                      {R::STATE_CANCELLED, "已取消"},
                      {R::STATE_DEAD, "无法送出"},
                      {R::STATE_MERGED, "已并入汇总"},
                      {R::STATE_MUTED, "已静默"},
                      {R::STATE_INHIBITED, "已由其他提醒代替"}});
}

std::string DeliveryStateLabel(reminder::v1::Delivery::State state) {
  using D = reminder::v1::Delivery;
  return Pick(state, {{D::STATE_SENDING, "发送中"},
                      {D::STATE_SENT, "已送出"},
                      {D::STATE_FAILED, "未送出"},
                      {D::STATE_WAITING, "待再试"}});
}

std::string ChannelLabel(reminder::v1::Channel channel) {
  return Pick(channel, {{reminder::v1::CHANNEL_EMAIL, "邮件"},
                        {reminder::v1::CHANNEL_WEBHOOK, "推送"},
                        {reminder::v1::CHANNEL_FILE, "书面通知"},
                        {reminder::v1::CHANNEL_WECOM, "企业微信"},
                        {reminder::v1::CHANNEL_SMS, "短信"}});
}

std::string VenueClassLabel(venue::v1::VenueClass venue_class) {
  return Pick(venue_class, {{venue::v1::VENUE_CLASS_CROWDED, "人员密集"},
                            {venue::v1::VENUE_CLASS_SENSITIVE, "敏感特殊"},
                            {venue::v1::VENUE_CLASS_MIXED_BUSINESS, "混合生产经营"},
                            {venue::v1::VENUE_CLASS_PRODUCTION_STORAGE, "生产储存"}});
}

std::string PostLabel(venue::v1::Post post) {
  return Pick(post, {{venue::v1::POST_INSPECTOR, "监督员"},
                     {venue::v1::POST_DEPARTMENT_HEAD, "承办部门负责人"},
                     {venue::v1::POST_LEGAL_REVIEWER, "法核人员"},
                     {venue::v1::POST_CHIEF, "消防机构负责人"}});
}

std::string RoleLabel(const std::string& role) {
  venue::v1::Post post = venue::v1::POST_UNSPECIFIED;
  return venue::v1::Post_Parse("POST_" + role, &post) ? PostLabel(post) : role;
}

std::string VenueStateLabel(venue::v1::Venue::State state) {
  return Pick(state, {{venue::v1::Venue::STATE_ACTIVE, "在用"},
                      {venue::v1::Venue::STATE_CLOSED, "已关闭"},
                      {venue::v1::Venue::STATE_MERGED, "已合并"}});
}

std::string LeadSourceLabel(hazard::v1::Lead::Source source) {
  using L = hazard::v1::Lead;
  return Pick(source, {{L::SOURCE_GRID_WORKER, "网格上报"},
                       {L::SOURCE_COMPLAINT, "举报投诉"},
                       {L::SOURCE_DEPARTMENT, "部门移送"},
                       {L::SOURCE_OTHER, "其他"}});
}

std::string LeadStateLabel(hazard::v1::Lead::State state) {
  using L = hazard::v1::Lead;
  return Pick(state, {{L::STATE_RECEIVED, "待受理"},
                      {L::STATE_ACCEPTED, "已受理"},
                      {L::STATE_REFUSED, "不予受理"},
                      {L::STATE_TRANSFERRED, "已移送"},
                      {L::STATE_VERIFIED, "已核查"},
                      {L::STATE_CLOSED, "已答复"}});
}

std::string MajorHazardStateLabel(hazard::v1::MajorHazard::State state) {
  using M = hazard::v1::MajorHazard;
  return Pick(state, {{M::STATE_PROPOSED, "提请判定"},
                      {M::STATE_NOT_DETERMINED, "不予判定"},
                      {M::STATE_DETERMINED, "已判定"},
                      {M::STATE_SERVED, "通知书已送达"},
                      {M::STATE_SUPERVISED, "挂牌督办"},
                      {M::STATE_RECHECK_PASSED, "复查合格"},
                      {M::STATE_DELISTED, "已销案"}});
}

std::string ReferralKindLabel(hazard::v1::Referral::Kind kind) {
  using R = hazard::v1::Referral;
  return Pick(kind, {{R::KIND_NOTICE, "抄告"},
                     {R::KIND_TRANSFER, "移送"},
                     {R::KIND_PROCURATORIAL_SUGGESTION, "检察建议"}});
}

std::string ReferralStateLabel(hazard::v1::Referral::State state) {
  using R = hazard::v1::Referral;
  return Pick(state, {{R::STATE_SENT, "待签收"},
                      {R::STATE_RECEIVED, "已签收"},
                      {R::STATE_ACCEPTED, "已受理"},
                      {R::STATE_REFUSED, "不予受理"},
                      {R::STATE_REPLIED, "已回复"},
                      {R::STATE_RETURNED, "退回补充"},
                      {R::STATE_CONCLUDED, "已办结"},
                      {R::STATE_WITHDRAWN, "已撤回"}});
}

}  // namespace rectify::cli
