#include "services/reminder_dispatch/channels/channel_setup.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "libs/outbound/safe_url.h"
#include "libs/rpc/convert.h"
#include "libs/rpc/key_file.h"
#include "rectify/reminder/v1/channel_setup.pb.h"

namespace rectify::reminder::channels {
namespace {

absl::StatusOr<std::string> ReadKey(const std::string& setup, const std::string& file) {
  const std::filesystem::path path = std::filesystem::path(setup).parent_path() / file;
  ASSIGN_OR_RETURN(const std::string text, rpc::ReadSmallFile(path.string()));
  return std::string(absl::StripAsciiWhitespace(text));
}

absl::Status AddRobot(const std::string& path, const v1::WeComRobot& robot, ChannelSetup& setup) {
  ASSIGN_OR_RETURN(const std::string url, ReadKey(path, robot.url_file()));
  if (robot.title().empty() || !outbound::IsSafeUrl(url) ||
      !setup.robot_urls.emplace(robot.title(), url).second) {
    return FieldError(
        "robots",
        {absl::StrCat("群机器人 ", robot.title(), "：名称应唯一，地址应为 https"),
         absl::StrCat("robot ", robot.title(), " needs a title of its own and an https address")});
  }
  for (const std::string& recipient : robot.recipients()) {
    if (!setup.robot_of.emplace(recipient, robot.title()).second) {
      return FieldError("robots.recipients", {absl::StrCat(recipient, " 已有群机器人"),
                                              absl::StrCat(recipient, " has a robot already")});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<SmsGateway> ToGateway(const std::string& path, const v1::SmsGateway& proto,
                                     int characters) {
  SmsGateway gateway;
  gateway.url = proto.url();
  gateway.json = proto.format() == v1::SmsGateway::FORMAT_JSON;
  for (const v1::SmsField& field : proto.fields()) {
    gateway.fields.emplace_back(field.name(), field.value());
  }
  if (!proto.secret_file().empty()) {
    ASSIGN_OR_RETURN(gateway.secret, ReadKey(path, proto.secret_file()));
  }
  gateway.signature = proto.signature();
  gateway.text = proto.text();
  gateway.success_field = proto.success_field();
  gateway.success_value = proto.success_value();
  RETURN_IF_ERROR(ValidateSms(gateway, characters));
  return gateway;
}

}  // namespace

absl::StatusOr<ChannelSetup> LoadChannelSetup(const std::string& path, int sms_characters) {
  ChannelSetup setup;
  if (path.empty()) return setup;
  v1::ChannelSetup proto;
  RETURN_IF_ERROR(rpc::ReadTextProto(path, proto));
  for (const v1::WeComRobot& robot : proto.robots()) {
    RETURN_IF_ERROR(AddRobot(path, robot, setup));
  }
  if (proto.has_sms()) {
    ASSIGN_OR_RETURN(setup.sms, ToGateway(path, proto.sms(), sms_characters));
  }
  return setup;
}

}  // namespace rectify::reminder::channels
