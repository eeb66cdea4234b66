-- Births that people keep, and what finds them again.

CREATE TABLE charts (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name text,
    notes text,
    birth jsonb NOT NULL,                             -- the members of a birth in a calculation
    config jsonb NOT NULL,                            -- house_system, aspects, orbs
    place jsonb,                                      -- the city as it was looked up
    timezone_source text NOT NULL DEFAULT 'given',    -- given, city, coordinates or default
    julian_day double precision NOT NULL,             -- UT; at noon where the time is not known
    utc text NOT NULL,                                -- ISO 8601, proleptic Gregorian, with Z
    name_key text COLLATE "C" NOT NULL DEFAULT '',    -- the name as names are sorted
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX charts_by_creation ON charts (user_id, created_at, id);
CREATE INDEX charts_by_change ON charts (user_id, updated_at, id);
CREATE INDEX charts_by_name ON charts (user_id, name_key, id);
CREATE INDEX charts_by_birth ON charts (user_id, julian_day, id);

-- Every word of a chart once, folded, for searches by the beginnings of words.
CREATE TABLE chart_words (
    user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    word text COLLATE "C" NOT NULL,
    chart_id uuid NOT NULL REFERENCES charts (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, word, chart_id)
);
CREATE INDEX chart_words_by_chart ON chart_words (chart_id, word);

-- How many charts somebody has: counting them at each new one would take as long as they are many.
CREATE TABLE chart_counts (
    user_id uuid PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    charts bigint NOT NULL
);
CREATE FUNCTION count_charts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO chart_counts AS kept (user_id, charts)
        SELECT user_id, count(*) FROM changed GROUP BY user_id ORDER BY user_id
        ON CONFLICT (user_id) DO UPDATE SET charts = kept.charts + excluded.charts;
    ELSE
        UPDATE chart_counts kept SET charts = kept.charts - gone.charts
        FROM (SELECT user_id, count(*) AS charts FROM changed GROUP BY user_id) gone
        WHERE kept.user_id = gone.user_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER count_new_charts AFTER INSERT ON charts REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_charts();
CREATE TRIGGER count_deleted_charts AFTER DELETE ON charts REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_charts();
