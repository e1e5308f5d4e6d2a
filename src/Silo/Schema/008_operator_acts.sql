-- The operator who made the change of a line; null if no operator made it. The reason is in the line's detail.

ALTER TABLE wingman.events ADD COLUMN operator text;
