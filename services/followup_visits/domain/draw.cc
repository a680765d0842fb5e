#include "services/followup_visits/domain/draw.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"

namespace rectify::followup::domain {
namespace {

constexpr size_t kShortestHalf = 32;

const char* NameOf(DrawState state) {
  switch (state) {
    case DrawState::kDraft:
      return "DRAFT";
    case DrawState::kFrozen:
      return "FROZEN";
    case DrawState::kDrawn:
      return "DRAWN";
    case DrawState::kAbandoned:
      return "ABANDONED";
  }
  return "";
}

absl::Status SeedStateError(const char* zh, const char* en, const std::string& missing) {
  return PreconditionError("SEED_STATE", {zh, en}, {{"missing", missing}});
}

absl::StatusOr<SeedHalf*> HalfOf(Draw& draw, absl::string_view user) {
  for (SeedHalf& each : draw.halves) {
    if (each.half.official == user) return &each;
  }
  return MakeError(absl::StatusCode::kPermissionDenied,
                   {.reason = "NOT_YOUR_TASK",
                    .text = {"您不是冻结时指定的种子提供人",
                             "you are not one of the officials named at the freeze"},
                    .metadata = {},
                    .violations = {}});
}

absl::Status CheckAllCommitted(const Draw& draw) {
  for (const SeedHalf& each : draw.halves) {
    if (each.commit_time.has_value()) continue;
    return SeedStateError("两名人员都提交承诺之后才能公开",
                          "both halves must be committed before anything is revealed",
                          each.half.official);
  }
  return absl::OkStatus();
}

absl::Status CheckSeedComplete(const Draw& draw) {
  for (const SeedHalf& each : draw.halves) {
    if (each.reveal_time.has_value()) continue;
    return SeedStateError("种子还没有公开齐全", "a half of the seed is not revealed",
                          each.half.official);
  }
  if (draw.terms->public_source.empty() || !draw.public_value.empty()) return absl::OkStatus();
  return SeedStateError("还没有登记公开数值", "the public value is not recorded",
                        draw.terms->public_source);
}

bool IsHexDigest(absl::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isdigit(static_cast<unsigned char>(c)) || (c >= 'a' && c <= 'f');
         });
}

DrawRecord RecordOf(const Draw& draw, const std::vector<FrameRow>& frame, absl::Time now) {
  DrawRecord record;
  record.committed = *draw.terms;
  record.commitment = draw.commitment;
  record.frame = frame;
  for (const SeedHalf& each : draw.halves) record.halves.push_back(each.half);
  record.public_value = draw.public_value;
  record.finish_time = FormatChinaMinute(now);
  return record;
}

FinishedDraw Finish(Draw draw, std::vector<Place> places, const DrawRecord& record,
                    absl::Time now) {
  FinishedDraw finished;
  finished.record = WriteRecord(record);
  draw.sample_size = static_cast<int>(record.sample.size());
  draw.record_hash = HashOf(finished.record);
  draw.finish_time = now;
  ++draw.version;
  finished.draw = std::move(draw);
  finished.places = std::move(places);
  return finished;
}

}  // namespace

std::string DrawName(absl::string_view district, absl::string_view id) {
  return absl::StrCat("districts/", district, "/draws/", id);
}

std::string Draw::name() const { return DrawName(district, id); }

absl::Status CheckDrawState(const Draw& draw, DrawState wanted) {
  if (draw.state == wanted) return absl::OkStatus();
  return PreconditionError(
      "DRAW_STATE",
      {absl::StrCat("抽取当前状态为 ", NameOf(draw.state), "，此操作需要 ", NameOf(wanted)),
       absl::StrCat("the draw is ", NameOf(draw.state), ", this needs ", NameOf(wanted))},
      {{"state", NameOf(draw.state)}});
}

absl::StatusOr<Draw> Freeze(Draw draw, const Terms& terms, absl::Time now) {
  RETURN_IF_ERROR(CheckDrawState(draw, DrawState::kDraft));
  draw.state = DrawState::kFrozen;
  draw.terms = terms;
  draw.commitment = CommitmentOf(terms);
  for (const std::string& official : terms.officials) {
    draw.halves.push_back({{.official = official, .commitment = {}, .value = {}}, {}, {}});
  }
  draw.freeze_time = now;
  ++draw.version;
  return draw;
}

absl::StatusOr<Draw> CommitHalf(Draw draw, absl::string_view user, absl::string_view commitment,
                                absl::Time now) {
  RETURN_IF_ERROR(CheckDrawState(draw, DrawState::kFrozen));
  ASSIGN_OR_RETURN(SeedHalf * mine, HalfOf(draw, user));
  if (!IsHexDigest(commitment)) {
    return FieldError("commitment", {"commitment 应为64位小写十六进制",
                                     "commitment must be 64 lower-case hexadecimal digits"});
  }
  if (mine->commit_time.has_value()) {
    return SeedStateError("已提交过承诺，不能更改", "this half is committed already", "");
  }
  // A copy of the other's commitment would cancel nothing here, but it is never an honest half.
  for (const SeedHalf& each : draw.halves) {
    if (each.half.commitment == commitment) {
      return FieldError("commitment",
                        {"commitment 与另一人的承诺相同", "commitment is the other official's"});
    }
  }
  mine->half.commitment = std::string(commitment);
  mine->commit_time = now;
  ++draw.version;
  return draw;
}

absl::StatusOr<Draw> RevealHalf(Draw draw, absl::string_view user, absl::string_view value,
                                absl::Time now) {
  RETURN_IF_ERROR(CheckDrawState(draw, DrawState::kFrozen));
  ASSIGN_OR_RETURN(SeedHalf * mine, HalfOf(draw, user));
  RETURN_IF_ERROR(CheckAllCommitted(draw));
  if (mine->reveal_time.has_value()) {
    return SeedStateError("已公开过，不能更改", "this half is revealed already", "");
  }
  const bool visible = std::all_of(value.begin(), value.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  if (value.size() < kShortestHalf || !visible) {
    return FieldError("value", {"value 应为32至128个可见ASCII字符",
                                "value must be 32 to 128 visible ASCII characters"});
  }
  if (HashOf(value) != mine->half.commitment) {
    return PreconditionError("SEED_MISMATCH",
                             {"公开的值与承诺不符", "the value is not what was committed to"});
  }
  mine->half.value = std::string(value);
  mine->reveal_time = now;
  ++draw.version;
  return draw;
}

absl::StatusOr<Draw> RecordPublicValue(Draw draw, absl::string_view value) {
  RETURN_IF_ERROR(CheckDrawState(draw, DrawState::kFrozen));
  if (draw.terms->public_source.empty() || !draw.public_value.empty()) {
    return SeedStateError("冻结时没有指定公开数值，或已登记",
                          "no public value was named, or it is recorded already", "");
  }
  RETURN_IF_ERROR(CheckAllCommitted(draw));
  draw.public_value = std::string(value);
  ++draw.version;
  return draw;
}

absl::StatusOr<FinishedDraw> DrawSample(Draw draw, const std::vector<FrameRow>& frame,
                                        absl::Time now) {
  RETURN_IF_ERROR(CheckDrawState(draw, DrawState::kFrozen));
  RETURN_IF_ERROR(CheckSeedComplete(draw));
  DrawRecord record = RecordOf(draw, frame, now);
  std::vector<std::string> values;
  for (const Half& half : record.halves) values.push_back(half.value);
  std::vector<Place> places =
      DrawLots(SeedOf(draw.commitment, values, draw.public_value), LotteryOf(*draw.terms, frame));
  for (const Place& place : places) {
    if (place.drawn) record.sample.push_back(place);
  }
  draw.state = DrawState::kDrawn;
  return Finish(std::move(draw), std::move(places), record, now);
}

absl::StatusOr<FinishedDraw> Abandon(Draw draw, const std::vector<FrameRow>& frame,
                                     absl::string_view reason, absl::Time now) {
  RETURN_IF_ERROR(CheckDrawState(draw, DrawState::kFrozen));
  DrawRecord record = RecordOf(draw, frame, now);
  record.abandon_reason = std::string(reason);
  draw.state = DrawState::kAbandoned;
  draw.abandon_reason = std::string(reason);
  return Finish(std::move(draw), {}, record, now);
}

}  // namespace rectify::followup::domain
