-- Whether an order has versions. Old code writes orders without any and leaves the default, so the next
-- start finds them without reading all orders.
alter table orders add column recorded boolean not null default false;
update orders o set recorded = true
 where exists (select from order_versions v where v.district = o.district and v.order_id = o.id);
create index orders_unrecorded_ix on orders (district, id) where not recorded;
