#include "services/reminder_dispatch/channels/judge.h"

#include "absl/strings/str_cat.h"

namespace rectify::reminder::channels {
namespace {

using Kind = domain::Attempt::Kind;

}  // namespace

domain::Attempt JudgeStatus(absl::string_view label, const outbound::PostReply& reply) {
  const bool cut_off = reply.code == CURLE_WRITE_ERROR && reply.status != 0;
  if (reply.code != CURLE_OK && !cut_off) {
    return {Kind::kTemporary, absl::StrCat(label, "：", curl_easy_strerror(reply.code)), {}};
  }
  domain::Attempt attempt;
  attempt.reply = outbound::ShortReply(absl::StrCat("HTTP ", reply.status, " ", reply.body));
  if (reply.status >= 200 && reply.status < 300) {
    attempt.kind = Kind::kAccepted;
  } else if (reply.status == 408 || reply.status == 429 || reply.status >= 500) {
    attempt.kind = Kind::kTemporary;
    attempt.retry_after = reply.retry_after;
  } else {
    attempt.kind = Kind::kPermanent;
  }
  return attempt;
}

}  // namespace rectify::reminder::channels
