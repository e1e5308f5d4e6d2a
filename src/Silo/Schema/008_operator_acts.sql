-- Who, of the operators, did what a line tells of; null where no operator did. Why is in the line's detail.

ALTER TABLE wingman.events ADD COLUMN operator text;
