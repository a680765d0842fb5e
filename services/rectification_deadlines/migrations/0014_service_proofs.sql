-- What each lawful method of service needs as its proof.

alter table orders
  add column serve_place text,
  add column serve_witness bytea,            -- personal: encrypted
  add column serve_video text,
  add column serve_tracking_number text,
  add column serve_organ text,
  add column serve_consent text,
  add column serve_publication text,
  add column serve_publish_date date;

alter table order_extensions
  add column serve_place text,
  add column serve_witness bytea,            -- personal: encrypted
  add column serve_video text,
  add column serve_tracking_number text,
  add column serve_organ text,
  add column serve_consent text,
  add column serve_publication text,
  add column serve_publish_date date;
