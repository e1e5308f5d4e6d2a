-- Who, of the operators, did what a line tells of; null where no operator did. Why is in the line's detail.

alter table wingman.events add column operator text;
