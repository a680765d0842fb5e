// COMMITs whose answer is lost. A proxy between libpq and the server cuts the connection after the
// server has answered COMMIT and before the client reads it: the transaction is there, and nobody
// told.
#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/integration/pg/fixture.h"

namespace rectify::pg {
namespace {

using ::rectify::testing::StatusIs;

std::string SettingOf(const std::string& dsn, const std::string& keyword) {
  std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(
      PQconninfoParse(dsn.c_str(), nullptr), &PQconninfoFree);
  for (PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option) {
    if (option->keyword == keyword && option->val != nullptr) return option->val;
  }
  return "";
}

sockaddr_un SocketIn(const std::string& folder, const std::string& port) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = absl::StrCat(folder, "/.s.PGSQL.", port);
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  return address;
}

// A connection to the server of the DSN, -1 when it is refused.
int ConnectTo(const std::string& dsn) {
  const std::string host = SettingOf(dsn, "host");
  const std::string given = SettingOf(dsn, "port");
  const std::string port = given.empty() ? "5432" : given;
  int fd = -1;
  int refused = -1;
  if (absl::StartsWith(host, "/")) {
    const sockaddr_un address = SocketIn(host, port);
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    refused = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  } else {
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), port.c_str(), nullptr, &found) != 0) return -1;
    fd = socket(found->ai_family, SOCK_STREAM, 0);
    refused = connect(fd, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
  }
  if (refused == 0) return fd;
  close(fd);
  return -1;
}

// Serves one connection after the other on a Unix socket.
class CommitCutter {
 public:
  explicit CommitCutter(const std::string& dsn)
      : dsn_(dsn), listener_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    const sockaddr_un own = SocketIn(folder_.path(), "5432");
    EXPECT_EQ(bind(listener_, reinterpret_cast<const sockaddr*>(&own), sizeof(own)), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    thread_ = std::thread([this] { Serve(); });
  }
  ~CommitCutter() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  // The same database through the proxy; of a setting given twice libpq takes the last.
  std::string dsn() const { return absl::StrCat(dsn_, "&port=5432&host=", folder_.path()); }
  void CutNextCommit() { cut_ = true; }

 private:
  void Serve() {
    for (int client; (client = accept(listener_, nullptr, nullptr)) >= 0;) {
      const int server = ConnectTo(dsn_);
      if (server >= 0) Forward(client, server);
      close(server);
      close(client);
    }
  }

  void Forward(int client, int server) {
    bool committing = false;
    char buffer[65536];
    while (true) {
      pollfd ends[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
      poll(ends, 2, -1);
      const bool from_client = ends[0].revents != 0;
      const ssize_t size = read(from_client ? client : server, buffer, sizeof(buffer));
      if (size <= 0) return;
      if (!from_client && committing) return;  // the answer stays here
      if (from_client && absl::StrContains(absl::string_view(buffer, size), "COMMIT")) {
        committing = cut_.exchange(false);
      }
      if (write(from_client ? server : client, buffer, size) != size) return;
    }
  }

  testing::TempDir folder_;
  const std::string dsn_;
  const int listener_;
  std::atomic<bool> cut_{false};
  std::thread thread_;
};

using CommitTest = PgTest;

TEST_F(CommitTest, ACommitWhoseAnswerIsLostIsInDoubtAndNotRepeated) {
  CommitCutter cutter(database_.dsn());
  PoolOptions options = Options();
  options.dsn = cutter.dsn();
  Pool pool(options);
  int runs = 0;
  absl::Status status = pool.Transact("InDoubt", {}, [&](Tx& tx) {
    ++runs;
    cutter.CutNextCommit();
    return tx.Exec(kInsert, {1, "there"}).status();
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "COMMIT_IN_DOUBT"));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(Ask(kCount), "1");
  EXPECT_OK(pool.Transact("Heals", {}, [](Tx& tx) { return tx.Exec(kCount).status(); }));
}

TEST_F(CommitTest, AReaderDoesNotWaitForItsCommit) {
  CommitCutter cutter(database_.dsn());
  PoolOptions options = Options();
  options.dsn = cutter.dsn();
  Pool pool(options);
  TxOptions read_only;
  read_only.access = Access::kReadOnly;
  int runs = 0;
  EXPECT_OK(pool.Transact("Reader", read_only, [&](Tx& tx) {
    if (++runs == 1) cutter.CutNextCommit();
    return tx.Exec(kCount).status();
  }));
  EXPECT_EQ(runs, 1);
  read_only.max_attempts = 1;
  EXPECT_OK(pool.Transact("Heals", read_only, [&](Tx& tx) { return tx.Exec(kCount).status(); }));
}

TEST_F(CommitTest, AServerThatEndsTheSessionInsideCommitIsInDoubt) {
  Script(
      "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
      "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$; "
      "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION die()");
  absl::Status status = pool_.Transact("Dies", {}, [](Tx& tx) {
    return tx.Exec(kInsert, {1, "x"}).status();
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable, "COMMIT_IN_DOUBT"));
  EXPECT_EQ(Ask(kCount), "0");
}

TEST_F(CommitTest, AConstraintThatFailsAtCommitIsCertain) {
  Script("ALTER TABLE item ADD CONSTRAINT note_once UNIQUE (note) DEFERRABLE INITIALLY DEFERRED");
  absl::Status status = pool_.Transact("Twice", {}, [](Tx& tx) -> absl::Status {
    RETURN_IF_ERROR(tx.Exec(kInsert, {1, "x"}).status());
    return tx.Exec(kInsert, {2, "x"}).status();
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"));
  EXPECT_EQ(ConstraintOf(status), "note_once");
  EXPECT_EQ(Ask(kCount), "0");
}

// What the server says when the wait for a synchronous standby is cancelled: a warning, then
// success.
TEST_F(CommitTest, ACommitThatDidNotReachTheStandbyIsInDoubt) {
  Script(
      "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE WARNING "
      "'canceling wait for synchronous replication due to user request'; RETURN NULL; END $$; "
      "CREATE CONSTRAINT TRIGGER warn AFTER INSERT ON item DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION warn()");
  EXPECT_THAT(pool_.Transact("Standby", {},
                             [](Tx& tx) {
                               return tx.Exec(kInsert, {1, "x"}).status();
                             }),
              StatusIs(absl::StatusCode::kUnavailable, "COMMIT_IN_DOUBT"));
  EXPECT_EQ(Ask(kCount), "1");
}

}  // namespace
}  // namespace rectify::pg
