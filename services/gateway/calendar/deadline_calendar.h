// The deadlines of a post as a calendar that calendar programs subscribe to: iCalendar (RFC 5545)
// of what `GET …/clocks` lists. They know addresses, names and passwords, and no headers: hence a
// path of its own, `…/clocks.ics`, and the token as the password.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/descriptor.h"
#include "libs/http/message.h"
#include "rectify/deadline/v1/deadline_service.pb.h"

namespace rectify::gateway {

inline constexpr char kCalendarSuffix[] = ".ics";
// Takes the suffix off the last segment of a path; false when it has none.
bool TakeCalendarSuffix(std::vector<std::string>& segments);

// Whether the method lists what a calendar can show.
bool HasCalendar(const google::protobuf::MethodDescriptor& method);

// One event for each clock, on its last lawful day, or at its due time when it counts in hours. A
// clock keeps its UID for good, so a date that moves moves the event.
std::string ToCalendar(const std::vector<deadline::v1::Clock>& clocks);

// Puts one page's question to the service, without waiting; the answer is an encoded
// ListClocksResponse.
using AskClocks = std::function<void(const deadline::v1::ListClocksRequest& request,
                                     std::function<void(absl::StatusOr<std::string>)> answer)>;

// Calls `done` once, on any thread, with all clocks that the request's filter lets through; without
// a filter those that run. INVALID_ARGUMENT of `filter` for more than 2 000.
void AnswerCalendar(AskClocks ask, deadline::v1::ListClocksRequest request,
                    std::function<void(absl::StatusOr<http::Response>)> done);

}  // namespace rectify::gateway
