// Chinese words for the states that people read.
#pragma once

#include <string>

#include "rectify/deadline/v1/clock.pb.h"
#include "rectify/deadline/v1/order.pb.h"
#include "rectify/deadline/v1/seal.pb.h"
#include "rectify/hazard/v1/campaign.pb.h"
#include "rectify/hazard/v1/department_task.pb.h"
#include "rectify/hazard/v1/hazard.pb.h"
#include "rectify/hazard/v1/lead.pb.h"
#include "rectify/hazard/v1/major_hazard.pb.h"
#include "rectify/hazard/v1/referral.pb.h"
#include "rectify/hazard/v1/self_inspection.pb.h"
#include "rectify/reminder/v1/reminder.pb.h"
#include "rectify/venue/v1/venue.pb.h"

namespace rectify::cli {

std::string FindingStateLabel(hazard::v1::Finding::State state);
std::string DispositionLabel(hazard::v1::Disposition disposition);
std::string CampaignStateLabel(hazard::v1::Campaign::State state);
std::string DepartmentTaskStateLabel(hazard::v1::DepartmentTask::State state);
std::string SelfInspectionStateLabel(hazard::v1::SelfInspection::State state);
std::string OrderStateLabel(deadline::v1::Order::State state);
std::string OrderKindLabel(deadline::v1::OrderKind kind);
std::string SealStateLabel(deadline::v1::Seal::State state);
std::string SealGroundLabel(deadline::v1::SealGround ground);
std::string ClockStateLabel(const deadline::v1::Clock& clock);
std::string DayClassLabel(deadline::v1::DayClass day_class);
std::string ReminderStateLabel(reminder::v1::Reminder::State state);
std::string DeliveryStateLabel(reminder::v1::Delivery::State state);
std::string ChannelLabel(reminder::v1::Channel channel);
std::string VenueClassLabel(venue::v1::VenueClass venue_class);
std::string PostLabel(venue::v1::Post post);
// Of a step in an approval chain, for example "DEPARTMENT_HEAD".
std::string RoleLabel(const std::string& role);
std::string VenueStateLabel(venue::v1::Venue::State state);
std::string LeadSourceLabel(hazard::v1::Lead::Source source);
std::string LeadStateLabel(hazard::v1::Lead::State state);
std::string MajorHazardStateLabel(hazard::v1::MajorHazard::State state);
std::string ReferralKindLabel(hazard::v1::Referral::Kind kind);
std::string ReferralStateLabel(hazard::v1::Referral::State state);

}  // namespace rectify::cli
