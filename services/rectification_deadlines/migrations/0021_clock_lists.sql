-- A page of clocks costs the same however many have ended: those that run, of one owner or all, and those
-- of a venue or a subject. Old code runs with these indexes.
create index clocks_running_due_ix on clocks (district, due_time, id) where state = 1;
create index clocks_running_owner_ix on clocks (district, owner, due_time, id) where state = 1;
create index clocks_venue_ix on clocks (district, venue, due_time, id);
create index clocks_subject_ix on clocks (district, subject, due_time, id);
