// A model of a PostgreSQL database as the services use it: READ COMMITTED transactions (each
// statement sees what was committed before it), row locks until the end, all or nothing at the
// commit. What is not committed dies with the connection.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/simulation/actor.h"
#include "tests/simulation/rng.h"

namespace rectify::simulation {

// Rates of what may happen to a commit.
struct CommitFaults {
  double lost = 0;      // undone, and the caller only sees the connection break
  double in_doubt = 0;  // done, and the caller only sees the connection break
};

template <typename State>
class Database {
 public:
  class Tx {
   public:
    explicit Tx(Database& database) : database_(&database), id_(database.Open()) {}
    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;
    ~Tx() { database_->Close(id_); }

    // What is committed now.
    const State& Read() const {
      database_->CheckOpen(id_);
      return database_->state_;
    }
    // Whether the row is locked by this transaction; it never waits.
    bool TryLock(const std::string& row) {
      database_->CheckOpen(id_);
      return database_->locks_.try_emplace(row, id_).first->second == id_;
    }
    // The same for a caller that tries again until it has it; loses patience as lock_timeout does.
    bool Lock(const std::string& row) {
      if (TryLock(row)) {
        waits_ = 0;
        return true;
      }
      if (++waits_ > kPatience) throw Lost();
      return false;
    }
    // Takes place at the commit; the rows that it changes are locked or new.
    void Write(std::function<void(State&)> change) { changes_.push_back(std::move(change)); }
    // Returns the number of the commit.
    int64_t Commit() { return database_->Commit(id_, changes_); }

   private:
    static constexpr int kPatience = 60;
    Database* database_;
    int64_t id_;
    int waits_ = 0;
    std::vector<std::function<void(State&)>> changes_;
  };

  struct Backup {
    State state;
    int64_t commits;
    int64_t history;
  };

  // Both outlive it.
  Database(Rng& rng, const CommitFaults& faults) : rng_(rng), faults_(faults) {}

  const State& Read() const {
    if (!up_) throw Lost();
    return state_;
  }
  // For checks, also while it is down.
  const State& Peek() const { return state_; }
  // A sequence's value: drawn at once and never given back.
  int64_t DrawId() { return ++state_.last_id; }

  void SetUp(bool up) {
    up_ = up;
    KillTransactions();
  }
  bool up() const { return up_; }
  // Ends all sessions; each finds out at its next call.
  void KillTransactions() {
    open_.clear();
    locks_.clear();
  }

  Backup Save() const { return {state_, commits_, history_}; }
  // Goes back to the backup. Numbers of commits are never used again.
  void Restore(const Backup& backup) {
    KillTransactions();
    state_ = backup.state;
    ++history_;
  }
  // Grows with each restore.
  int64_t history() const { return history_; }
  int64_t commits() const { return commits_; }

 private:
  int64_t Open() {
    if (!up_) throw Lost();
    open_[++transactions_] = true;
    return transactions_;
  }
  void CheckOpen(int64_t id) const {
    if (open_.count(id) == 0) throw Lost();
  }
  void Close(int64_t id) {
    open_.erase(id);
    std::erase_if(locks_, [&](const auto& lock) { return lock.second == id; });
  }
  int64_t Commit(int64_t id, const std::vector<std::function<void(State&)>>& changes) {
    CheckOpen(id);
    if (rng_.Chance(faults_.lost)) throw Lost();
    for (const auto& change : changes) change(state_);
    ++commits_;
    Close(id);
    if (rng_.Chance(faults_.in_doubt)) throw Lost();
    return commits_;
  }

  Rng& rng_;
  const CommitFaults& faults_;
  State state_;
  std::map<int64_t, bool> open_;
  std::map<std::string, int64_t> locks_;  // row to transaction
  bool up_ = true;
  int64_t transactions_ = 0, commits_ = 0, history_ = 0;
};

}  // namespace rectify::simulation
