// A dispatcher that dies anywhere between a due reminder and its outcome.
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "gmock/gmock.h"
#include "libs/base/status_macros.h"
#include "services/reminder_dispatch/api/policy_file.h"
#include "services/reminder_dispatch/channels/smtp.h"
#include "services/reminder_dispatch/channels/webhook.h"
#include "services/reminder_dispatch/store/dispatch_store.h"
#include "tests/crash/scenarios.h"
#include "tests/integration/reminder/fixture.h"
#include "tests/integration/reminder/receivers.h"

namespace rectify::crash {
namespace {

using reminder::At;
using reminder::dispatch::Dispatcher;
using reminder::domain::Attempt;
using ::testing::SizeIs;

constexpr int kClocks = 2;  // of one run; each reminds by mail and by webhook
constexpr absl::Duration kLease = absl::Seconds(60);

std::string ClockOf(int n, int i) {
  return absl::StrFormat("districts/120110/clocks/0185a0b0-0000-7000-8000-%012d", 10 * n + i);
}

// With a ledger entry that says so and one event each.
constexpr pg::Statement kSent = {"test.sent", R"sql(
  select d.id::text from reminders r
    join deliveries d on d.district = r.district and d.id = r.delivery and d.state = 2
   where r.clock = any($1::text[]) and d.channel = $2::smallint and r.state = 4 and r.step = 'T-7'
     and (select count(*) from outbox where type like '%.ReminderSent'
           and aggregate = 'districts/' || r.district || '/reminders/' || r.id) = 1)sql"};

// Real time of the n-th run: its leases are no concern of the others'.
absl::Time MachineTime(int n) { return absl::FromUnixSeconds(1700000000 + 1000 * n); }

// The venue alone is reminded, by mail and webhook, at once and of one thing at a time.
absl::StatusOr<reminder::domain::Policy> SweepPolicy() {
  ASSIGN_OR_RETURN(reminder::domain::Policy policy, reminder::api::LoadPolicy(""));
  policy.quiet_hours.reset();
  policy.rate_limits.clear();
  policy.digest_entries = 1;
  for (reminder::domain::Ladder& ladder : policy.ladders) {
    for (reminder::domain::Step& step : ladder.steps) {
      step.recipients = {reminder::domain::RecipientKind::kVenue};
      step.channels = {reminder::domain::Channel::kEmail, reminder::domain::Channel::kWebhook};
    }
  }
  return policy;
}

// Loses its first message on the way out, and with it the dispatcher's grip on the whole load.
class LosingChannel : public reminder::channels::Channel {
 public:
  explicit LosingChannel(std::unique_ptr<Channel> inner) : inner_(std::move(inner)) {}
  Attempt Send(const reminder::channels::Message& message) override {
    if (std::exchange(losing_, false)) throw std::runtime_error("lost");
    return inner_->Send(message);
  }
  std::string Content(const reminder::channels::Message& message) const override {
    return inner_->Content(message);
  }
  std::string Mask(const reminder::channels::Message& message) const override {
    return inner_->Mask(message);
  }
  bool MayRepeat() const override { return inner_->MayRepeat(); }

 private:
  const std::unique_ptr<Channel> inner_;
  bool losing_ = true;
};

absl::StatusOr<reminder::dispatch::Channels> OpenChannels(const std::string& mail,
                                                          const std::string& webhook_entry) {
  reminder::dispatch::Channels channels;
  channels.email = std::make_unique<reminder::channels::SmtpChannel>(mail, "tixing@example.cn");
  ASSIGN_OR_RETURN(auto allowed, outbound::AllowList::Parse({webhook_entry}));
  ASSIGN_OR_RETURN(channels.webhook, reminder::channels::WebhookChannel::Create(
                                         reminder::kSecret, std::move(allowed)));
  return channels;
}

absl::Status RunUntilIdle(Dispatcher& dispatcher) {
  while (true) {
    ASSIGN_OR_RETURN(const int settled, dispatcher.Run());
    if (settled == 0) return absl::OkStatus();
  }
}

absl::Status DispatchAll(const Args& args) {
  const int n = std::stoi(args.at("n"));
  pg::PoolOptions options;
  options.dsn = args.at("dsn");
  options.schema = "reminder";
  pg::Pool pool(options);
  testing::FakeClock clock(At(1, 27));
  events::Commands commands(pool, clock, nullptr);
  ASSIGN_OR_RETURN(const reminder::domain::Policy policy, SweepPolicy());
  reminder::FakeContacts contacts;
  contacts.known[reminder::kVenue] = {{"张三", "zhang@example.cn", args.at("webhook")}};
  ASSIGN_OR_RETURN(auto channels, OpenChannels(args.at("mail"), args.at("webhook_entry")));
  channels.webhook = std::make_unique<LosingChannel>(std::move(channels.webhook));
  Dispatcher dispatcher(
      commands, contacts, channels, policy,
      {.holder = absl::StrCat("run/", n), .machine_now = [n] { return MachineTime(n); }});

  contacts.up = false;  // put off
  RETURN_IF_ERROR(dispatcher.Run().status());
  contacts.up = true;
  clock.Advance(absl::Minutes(5));
  try {
    RETURN_IF_ERROR(dispatcher.Run().status());
    return absl::InternalError("no message was lost");
  } catch (const std::runtime_error&) {
    // What it held it takes back and sends again.
    return RunUntilIdle(dispatcher);
  }
}

class ReminderSweepTest : public reminder::ReminderTest {
 protected:
  ReminderSweepTest() : webhook_(reminder::kSecret) {
    absl::StatusOr<reminder::domain::Policy> policy = SweepPolicy();
    EXPECT_OK(policy);
    policy_ = *std::move(policy);
    contacts_.known[reminder::kVenue] = {{"张三", "zhang@example.cn", webhook_.url()}};
  }

  // The clocks of the n-th run, of whose reminders one each is due.
  void Plan(int n) {
    clock_.Set(At(1, 3, 10));
    for (int i = 0; i < kClocks; ++i) {
      deadline::v1::ClockStarted started = reminder::Started();
      started.set_clock(ClockOf(n, i));
      started.set_subject(absl::StrCat(reminder::kOrder, n, i));
      MustApply(started, started.clock());
    }
  }

  void TakeUp(int n) {
    auto channels = OpenChannels(mail_.url(), webhook_.address_entry());
    ASSERT_OK(channels);
    channels_ = *std::move(channels);
    dispatcher_ = NewDispatcher();
    clock_.Set(At(1, 27, 11));
    machine_ = MachineTime(n) + kLease + absl::Seconds(1);
    ASSERT_OK(RunUntilIdle(*dispatcher_));
  }

  // What is due of the n-th run's clocks has gone out: ids of the deliveries by that channel.
  std::vector<std::string> Sent(int n, reminder::domain::Channel channel) {
    std::vector<std::string> clocks;
    for (int i = 0; i < kClocks; ++i) clocks.push_back(ClockOf(n, i));
    std::vector<std::string> deliveries;
    EXPECT_OK(pool_->Transact("test.sent", {}, [&](pg::Tx& tx) -> absl::Status {
      deliveries.clear();
      ASSIGN_OR_RETURN(pg::Rows rows, tx.Exec(kSent, {clocks, static_cast<int>(channel)}));
      for (pg::Row row : rows) deliveries.push_back(row.Text(0));
      return absl::OkStatus();
    }));
    return deliveries;
  }

  bool AnyTaken() {
    const auto taken = pool_->TransactValue("test.taken", {}, [&](pg::Tx& tx) {
      return reminder::store::AnyTaken(tx, "nobody", machine_);
    });
    EXPECT_OK(taken);
    return taken.value_or(true);
  }

  // How many mails came more than once. Each of them is the same mail.
  int Repeats() {
    std::map<std::string, reminder::ReceivedMail> firsts;
    int repeats = 0;
    for (const reminder::ReceivedMail& mail : mail_.Mails()) {
      const auto [first, added] = firsts.emplace(mail.delivery, mail);
      if (added) continue;
      ++repeats;
      EXPECT_EQ(first->second.message_id, mail.message_id);
      EXPECT_EQ(first->second.subject, mail.subject);
      EXPECT_EQ(first->second.body, mail.body);
    }
    return repeats;
  }

  reminder::MailServer mail_;
  reminder::WebhookReceiver webhook_;
};

// Where a message has been handed over and nobody has noted it yet.
bool BetweenSendAndSettle(const std::string& failpoint) {
  static const std::set<std::string> kGaps = {"reminder.after_send", "reminder.after_conclude",
                                              "act.before_commit"};
  return kGaps.contains(failpoint);
}

TEST_F(ReminderSweepTest, EachReminderGoesOutOnceAndAtMostOneMailIsRepeatedByACrash) {
  int repeats = 0;
  const SweepOptions options = {"reminder",
                                {"reminder.", "act."},
                                {{"dsn", database_.dsn()},
                                 {"mail", mail_.url()},
                                 {"webhook", webhook_.url()},
                                 {"webhook_entry", webhook_.address_entry()}}};
  Sweep(
      options, [&](int n) { Plan(n); },
      [&](const Trial& trial) {
        TakeUp(trial.n);
        const auto by_mail = Sent(trial.n, reminder::domain::Channel::kEmail);
        const auto by_webhook = Sent(trial.n, reminder::domain::Channel::kWebhook);
        EXPECT_THAT(by_mail, SizeIs(kClocks)) << "with a ledger entry and one event each";
        EXPECT_THAT(by_webhook, SizeIs(kClocks)) << "with a ledger entry and one event each";
        std::set<std::string> arrived;
        for (const reminder::ReceivedMail& mail : mail_.Mails()) arrived.insert(mail.delivery);
        for (const auto& [id, body] : webhook_.Accepted()) arrived.insert(id);
        for (const std::string& id : by_mail) EXPECT_TRUE(arrived.contains(id)) << id;
        for (const std::string& id : by_webhook) EXPECT_TRUE(arrived.contains(id)) << id;
        EXPECT_EQ(arrived.size(), static_cast<size_t>(2 * kClocks * trial.n));

        const int before = std::exchange(repeats, Repeats());
        EXPECT_LE(repeats - before, BetweenSendAndSettle(trial.crashed_at) ? 1 : 0);
        EXPECT_FALSE(AnyTaken());
      });
}

}  // namespace

bool RunReminderScenario(const Args& args) {
  const absl::Status status = DispatchAll(args);
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok();
}

}  // namespace rectify::crash
