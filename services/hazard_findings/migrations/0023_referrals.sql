-- Letters to departments and streets, and copies of the registry's streets, to which they go. Old code
-- does not know the tables.

create table streets (
  district text not null,
  name text not null,            -- resource name in the registry
  display_name text not null,
  version bigint not null,       -- at the registry
  constraint streets_district_name_pk primary key (district, name)
);

create table referrals (
  district text not null,
  id uuid not null,
  kind smallint not null,        -- 1 notice, 2 transfer, 3 suggestion of the procuratorate
  subject text not null,         -- resource name of a finding, order or venue
  venue text not null,           -- of the subject, resource name in the registry
  addressee text not null,       -- department or street, resource name in the registry
  title text not null,
  text text not null,
  document_number text not null,
  issuer text not null,          -- of a suggestion, as its date
  issue_date date,
  reply_required boolean not null,
  reply_due_date date,           -- null: by the clock policy
  state smallint not null,       -- 1 sent, 2 received, 3 accepted, 4 refused, 5 replied, 6 returned,
                                 -- 7 concluded, 8 withdrawn
  send_time timestamptz not null,
  receive_time timestamptz,
  receiver text not null,
  decide_time timestamptz,
  refuse_reason text not null,
  reply text not null,           -- the last one
  outcome smallint not null,     -- 0 none, 1 done, 2 in progress, 3 not done
  reply_time timestamptz,
  return_reason text not null,
  return_count int not null,
  withdraw_reason text not null,
  end_time timestamptz,
  version bigint not null,
  constraint referrals_district_id_pk primary key (district, id),
  constraint referrals_issue_date_ck check ((kind = 3) = (issue_date is not null)),
  constraint referrals_receive_time_ck check (state in (1, 8) or receive_time is not null),
  constraint referrals_decide_time_ck check (state not in (3, 4) or decide_time is not null),
  constraint referrals_reply_time_ck check (state not in (5, 6) or reply_time is not null),
  constraint referrals_end_time_ck check ((state in (7, 8)) = (end_time is not null))
);
create index referrals_district_send_time_id on referrals (district, send_time, id);
create index referrals_district_addressee on referrals (district, addressee, send_time, id);
create index referrals_district_subject on referrals (district, subject);
create index referrals_district_venue on referrals (district, venue, send_time, id);
