// Between the contract's visits and reveals and the domain's.
#pragma once

#include "absl/time/time.h"
#include "rectify/followup/v1/visit_service.pb.h"
#include "services/followup_visits/domain/reveal.h"
#include "services/followup_visits/domain/visit.h"
#include "services/followup_visits/store/visit_store.h"

namespace rectify::followup::api {

// Without answers.
v1::Visit ToProto(const store::ListedVisit& listed);
void AddContent(const domain::VisitContent& content, v1::Visit& message);
domain::VisitRecord ToVisitRecord(const v1::RecordVisitRequest& request);
v1::Questionnaire ToProto(const domain::Questionnaire& questionnaire);
v1::Reveal ToProto(const domain::Reveal& reveal, absl::Time now);
v1::Respondent ToProto(const domain::Respondent& respondent);

}  // namespace rectify::followup::api
