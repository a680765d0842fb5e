-- The life of an order in full. Each signature is bound to the content that was signed.

alter table orders
  add column content_hash text not null default '',   -- SHA-256 of the canonical content
  add column submitter text not null default '',      -- the officer of the case who handed it in
  add column submit_user text not null default '',
  add column submit_time timestamptz,
  add column submit_hash text not null default '',
  add column return_reason text not null default '';  -- of the last return, until it is submitted

alter table order_approvals
  add column approver_user text not null default '',
  add column content_hash text not null default '';

-- No order gets its number unless its officer and one different person for each step of the chain
-- have signed the very content that it has. Checked once more here, at commit, whatever code wrote
-- the rows.
create function check_order_chain() returns trigger language plpgsql as $$
declare
  invalid bigint;
  repeated bigint;
begin
  select count(*) filter (where a.approver = '' or a.content_hash <> new.content_hash
                             or a.approver = any (new.officers)),
         count(*) - count(distinct a.approver)
    into invalid, repeated
    from order_approvals a where a.district = new.district and a.order_id = new.id;
  if invalid > 0 or repeated > 0 or new.submit_hash <> new.content_hash
     or not new.submitter = any (new.officers) then
    raise exception 'order % was issued without its chain of approval', new.id
      using errcode = 'check_violation';
  end if;
  return null;
end $$;

create constraint trigger orders_chain_ck after insert or update on orders
  deferrable initially deferred for each row when (new.state = 4)
  execute function check_order_chain();
