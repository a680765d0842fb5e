// Real receivers for tests: a mail server, the sample webhook receiver, and a server that always
// gives the same answer.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "libs/testing/process.h"
#include "libs/testing/sandbox.h"

namespace rectify::reminder {

// What a mail looks like to its reader.
struct ReceivedMail {
  std::string delivery;  // X-Rectify-Delivery
  std::string message_id, subject, from, to, date;
  std::string body;
  std::vector<std::string> envelope_to;
};

// aiosmtpd on a free port of loopback, with a Maildir.
class MailServer {
 public:
  MailServer();
  const std::string& url() const { return url_; }
  std::vector<ReceivedMail> Mails() const;  // by delivery, then by arrival
  void Stop();
  void Start();  // again, at the same port

 private:
  testing::TempDir folder_;
  int port_;
  std::string url_;
  std::unique_ptr<testing::ChildProcess> process_;
};

// deploy/sample/webhook_receiver.py on a free port.
class WebhookReceiver {
 public:
  explicit WebhookReceiver(const std::string& secret, int fail_first = 0);
  int port() const { return port_; }
  std::string url() const;
  std::string address_entry() const;  // for the allow-list
  // Accepted bodies (JSON) by webhook-id.
  std::map<std::string, std::string> Accepted() const;

 private:
  testing::TempDir folder_;
  int port_ = 0;
  std::unique_ptr<testing::ChildProcess> process_;
};

// Answers every HTTP request with the same bytes.
class FixedServer {
 public:
  explicit FixedServer(std::string reply);
  ~FixedServer();
  std::string url() const;
  std::string address_entry() const;
  int requests() const { return requests_; }
  // What the last request brought.
  std::string last_body() const;

 private:
  void Serve();
  const std::string reply_;
  int listener_ = -1, port_ = 0;
  std::atomic<int> requests_ = 0;
  mutable absl::Mutex mutex_;
  std::string last_;
  std::thread thread_;
};

}  // namespace rectify::reminder
