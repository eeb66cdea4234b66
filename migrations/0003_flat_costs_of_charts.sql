-- What a chart costs shall not grow with how many there are.

-- The words of a chart in its own row too: a search that looks through many charts then reads no
-- page of another index for each. Those of charts that are there already are copied.
ALTER TABLE charts ADD COLUMN words text[] COLLATE "C" NOT NULL DEFAULT '{}';
UPDATE charts SET words = (
    SELECT array_agg(w.word ORDER BY w.word) FROM chart_words w WHERE w.chart_id = charts.id
)
WHERE EXISTS (SELECT FROM chart_words w WHERE w.chart_id = charts.id);

DROP INDEX chart_words_by_chart;
CREATE INDEX chart_words_by_chart ON chart_words (chart_id);

-- Ids that begin with the time (UUID version 7): a new chart is then written beside the
-- last one, not into a page of the indexes that nobody has read for long.
CREATE FUNCTION uuid_of_now() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(
        substring(int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
        || set_byte(random, 0, get_byte(random, 0) & 15 | 112),
        'hex'
    )::uuid
    FROM substring(uuid_send(gen_random_uuid()) FROM 7) random
$$;
ALTER TABLE charts ALTER COLUMN id SET DEFAULT uuid_of_now();
