// TestDatabase: the shared PostgreSQL of a test process and one database of it per test.
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/testing/process.h"
#include "libs/testing/sandbox.h"

namespace rectify::testing {
namespace {

std::string PercentEncode(const std::string& text) {
  std::string encoded;
  for (unsigned char c : text) {
    if (absl::ascii_isalnum(c)) {
      encoded.push_back(static_cast<char>(c));
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", c);
    }
  }
  return encoded;
}

// The same server, another database.
std::string DsnOf(const std::string& dsn, const std::string& database) {
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
      PQconninfoParse(dsn.c_str(), nullptr), &PQconninfoFree);
  if (parsed == nullptr) Die("RECTIFY_TEST_PG is not a libpq connection string");
  std::map<std::string, std::string> settings;
  for (PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) settings[option->keyword] = option->val;
  }
  settings["dbname"] = database;
  std::string uri = "postgresql:///";
  for (const auto& [keyword, value] : settings) {
    absl::StrAppend(&uri, uri.back() == '/' ? "?" : "&", keyword, "=", PercentEncode(value));
  }
  return uri;
}

std::string PostgresFolder() {
  std::vector<std::string> found;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
    if (access((entry.path() / "bin/initdb").c_str(), X_OK) == 0) found.push_back(entry.path());
  }
  if (found.empty()) Die("PostgreSQL is missing: apt-get install postgresql");
  return *std::max_element(found.begin(), found.end()) + "/bin";
}

// PostgreSQL refuses to run as root.
void UseUnprivilegedUser(ChildProcess::Options& options) {
  if (geteuid() != 0) return;
  const passwd* user = getpwnam("postgres");
  if (user == nullptr) Die("user postgres is missing: apt-get install postgresql");
  options.uid = user->pw_uid;
  options.gid = user->pw_gid;
  if (chown(options.folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
    Die("can't give " + options.folder + " to user postgres");
  }
}

// Started once per test process.
class Server {
 public:
  Server() {
    const std::string bin = PostgresFolder();
    const std::string data = folder_.path() + "/data";
    ChildProcess::Options options{
        .argv = {bin + "/initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                 "--locale=C.UTF-8", "--no-sync", "--no-instructions"},
        .folder = folder_.path(),
        .log = folder_.path() + "/server.log"};
    UseUnprivilegedUser(options);
    RunInitdb(options);
    // A Unix socket in a private folder takes no port and cannot be reached from outside.
    options.argv = {bin + "/postgres",
                    "-D",
                    data,
                    "-k",
                    folder_.path(),
                    "-h",
                    "",
                    "-c",
                    "max_connections=200",
                    "-c",
                    "shared_buffers=64MB"};
    if (std::getenv("RECTIFY_TEST_FSYNC") == nullptr) {
      options.argv.insert(options.argv.end(), {"-c", "fsync=off", "-c", "full_page_writes=off"});
    }
    process_ = std::make_unique<ChildProcess>(options);
    dsn_ = absl::StrCat("postgresql:///?host=", PercentEncode(folder_.path()),
                        "&user=postgres&dbname=postgres");
    process_->WaitUntil([this] { return PQping(dsn_.c_str()) == PQPING_OK; });
  }

  ~Server() { process_->Kill(SIGQUIT); }

  const std::string& dsn() const { return dsn_; }

 private:
  static void RunInitdb(const ChildProcess::Options& options) {
    if (ChildProcess(options).Wait() != 0) {
      Die("initdb failed; see " + options.log + "\n(free space in /tmp, locale C.UTF-8?)");
    }
  }

  TempDir folder_;
  std::string dsn_;
  std::unique_ptr<ChildProcess> process_;
};

const std::string& ServerDsn() {
  static const std::string dsn = [] {
    if (const char* given = std::getenv("RECTIFY_TEST_PG"); given != nullptr && *given != '\0') {
      return std::string(given);
    }
    static Server server;
    return server.dsn();
  }();
  return dsn;
}

// As the administrator, outside the test's database.
void Administer(const std::string& sql) {
  std::unique_ptr<PGconn, decltype(&PQfinish)> connection(
      PQconnectdb(DsnOf(ServerDsn(), "postgres").c_str()), &PQfinish);
  if (PQstatus(connection.get()) != CONNECTION_OK) Die(PQerrorMessage(connection.get()));
  std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), sql.c_str()),
                                                       &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    Die(PQerrorMessage(connection.get()));
  }
}

}  // namespace

TestDatabase::TestDatabase() {
  static std::atomic<int> count{0};
  name_ = absl::StrFormat("t_%d_%d_%08x", getpid(), ++count, std::random_device{}());
  Administer(absl::StrCat("CREATE DATABASE ", name_));
  dsn_ = DsnOf(ServerDsn(), name_);
}

TestDatabase::~TestDatabase() {
  Administer(absl::StrCat("DROP DATABASE IF EXISTS ", name_, " WITH (FORCE)"));
}

void TestDatabase::TerminateSessions() {
  Administer(absl::StrCat("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity ",
                          "WHERE datname = '", name_, "'"));
}

}  // namespace rectify::testing
