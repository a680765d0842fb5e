-- What each dispatcher has set out to send, so that no other one prepares the same. A hint only: a
-- reminder is a dispatcher's when that has marked it `sending` under its lock. The batch spans
-- districts, so the holder alone is the key. Old code marked what it had taken as claimed (state 2)
-- and does not know the table.

create table dispatch_batches (
  holder text not null,
  reminders uuid[] not null,
  end_time timestamptz not null,   -- real time, like lease_until
  constraint dispatch_batches_holder_pk primary key (holder)
);
