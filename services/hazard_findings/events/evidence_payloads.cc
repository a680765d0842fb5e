#include "services/hazard_findings/events/evidence_payloads.h"

#include "libs/rpc/convert.h"

namespace rectify::hazard::events {

v1::EvidenceAdded ToEvidenceAdded(const domain::Evidence& evidence) {
  v1::EvidenceAdded event;
  event.set_evidence(evidence.name());
  event.set_subject(evidence.subject);
  event.set_media_type(evidence.media_type);
  event.set_sha256(evidence.sha256);
  event.set_size_bytes(evidence.size_bytes);
  *event.mutable_capture_time() = rpc::ToTimestamp(evidence.capture_time);
  return event;
}

}  // namespace rectify::hazard::events
