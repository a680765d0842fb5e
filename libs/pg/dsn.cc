#include "libs/pg/dsn.h"

#include <libpq-fe.h>

#include <map>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/status_macros.h"

namespace rectify::pg {
namespace {

using Settings = std::map<std::string, std::string>;

absl::StatusOr<Settings> Parse(const std::string& dsn) {
  char* error = nullptr;
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
      PQconninfoParse(dsn.c_str(), &error), &PQconninfoFree);
  PQfreemem(error);
  if (parsed == nullptr) {
    return absl::InvalidArgumentError("the database connection string can't be parsed");
  }
  Settings settings;
  for (PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) settings[option->keyword] = option->val;
  }
  return settings;
}

// One `-c name=value`; libpq's options are split at blanks and know the backslash as escape.
std::string ServerSetting(absl::string_view name, absl::string_view value) {
  return absl::StrCat(" -c ", name, "=",
                      absl::StrReplaceAll(value, {{"\\", "\\\\"}, {" ", "\\ "}}));
}

std::string Millis(absl::Duration duration) {
  return absl::StrCat(absl::ToInt64Milliseconds(duration));
}

std::string ServerSettings(const PoolOptions& options) {
  std::string text = absl::StrCat(
      ServerSetting("TimeZone", "UTC"), ServerSetting("DateStyle", "ISO"),
      ServerSetting("bytea_output", "hex"), ServerSetting("standard_conforming_strings", "on"),
      ServerSetting("default_transaction_isolation", "read committed"),
      ServerSetting("statement_timeout", Millis(options.statement_timeout)),
      ServerSetting("idle_in_transaction_session_timeout",
                    Millis(options.idle_in_transaction_timeout)),
      ServerSetting("lock_timeout", Millis(options.lock_timeout)));
  // A statement is planned once in the life of a connection, maybe while its tables are almost
  // empty. A plan that reads a whole table, or hashes one, is the best then and ruins the service
  // when the table has grown. Every statement of ours has its index; these keep it to that. What
  // has to scan all the same looks so dear then that PostgreSQL would compile it.
  for (const char* way : {"enable_seqscan", "enable_hashjoin", "enable_mergejoin", "jit"}) {
    absl::StrAppend(&text, ServerSetting(way, "off"));
  }
  // Planning costs half as much as the statements of a command; see PlanForValues for the others.
  absl::StrAppend(&text, ServerSetting("plan_cache_mode", "force_generic_plan"));
  if (!options.schema.empty()) {
    std::string quoted =
        absl::StrCat("\"", absl::StrReplaceAll(options.schema, {{"\"", "\"\""}}), "\"");
    absl::StrAppend(&text, ServerSetting("search_path", quoted));
  }
  return text;
}

}  // namespace

absl::StatusOr<std::string> SessionDsn(const PoolOptions& options) {
  ASSIGN_OR_RETURN(Settings settings, Parse(options.dsn));
  settings["options"] += ServerSettings(options);
  settings["client_encoding"] = "UTF8";
  if (!options.app_name.empty()) settings["application_name"] = options.app_name;
  // Without these a host that vanished holds a thread for minutes.
  settings.insert(
      {{"connect_timeout", "3"}, {"tcp_user_timeout", "5000"}, {"keepalives_idle", "10"}});
  std::string dsn;
  for (const auto& [keyword, value] : settings) {
    absl::StrAppend(&dsn, dsn.empty() ? "" : " ", keyword, "='",
                    absl::StrReplaceAll(value, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
  }
  return dsn;
}

}  // namespace rectify::pg
