-- The table that reviews are copied to:  psql "$DATABASE" -f reviews.sql
CREATE TABLE page_reviews (
    uid text PRIMARY KEY,
    path text NOT NULL,
    reviewed_on date,
    verdict text,
    findings text[]
);
