-- What must hold between the published tables. Each rule is a query that shows the rows that break it; none may.
-- Before each: name, severity, table, column; then what it means when rows are met, and the remedy.

-- rule: age_is_year_less_founding; critical; clusters; age_years
-- message: The age is not the year of the inventory less the founding year.
-- remedy: Mend the step that makes the profile; age_years = year(as_of) - founded_year.
SELECT cluster_id FROM clusters, (SELECT CAST(left("value", 4) AS INTEGER) AS year FROM about WHERE "key" = 'as_of')
WHERE age_years IS DISTINCT FROM year - founded_year;

-- rule: founded_date_in_founded_year; critical; clusters; founded_date
-- message: Day and year of founding contradict each other.
-- remedy: Take both from the same statement.
SELECT cluster_id FROM clusters WHERE year(founded_date) <> founded_year OR (founded_date IS NOT NULL AND founded_year IS NULL);

-- rule: cluster_has_a_name; critical; clusters; name_pl
-- message: A cluster has no name in any language.
-- remedy: Look at its records; a nameless entry belongs to excluded.
SELECT cluster_id FROM clusters WHERE coalesce(name_pl, name_en) IS NULL;

-- rule: record_count_adds_up; critical; clusters; record_count
-- message: record_count differs from the rows of cluster_records.
-- remedy: Count after the last regrouping of records.
SELECT clusters.cluster_id FROM clusters LEFT JOIN cluster_records USING (cluster_id)
GROUP BY clusters.cluster_id, record_count HAVING count(record_id) <> record_count;

-- rule: record_in_one_place; critical; records; record_id
-- message: A record is neither of a cluster nor excluded, or both.
-- remedy: Nothing is dropped in silence: give the record to a cluster, or exclude it with a reason.
SELECT records.record_id FROM records LEFT JOIN cluster_records USING (record_id) LEFT JOIN excluded USING (record_id)
WHERE (cluster_records.record_id IS NULL) = (excluded.record_id IS NULL);

-- rule: label_ends_after_it_begins; warning; labels; valid_until
-- message: A label ends before it begins.
-- remedy: Look at the page; correct the date in the source's corrections.yml.
SELECT cluster_id FROM labels
WHERE left(valid_until, least(length(valid_from), length(valid_until))) < left(valid_from, least(length(valid_from), length(valid_until)));

-- rule: met_has_its_proof; critical; assessments; statement_id
-- message: A criterion is met or not met without a statement or a note that proves it.
-- remedy: Name the statement, or say unknown.
SELECT cluster_id FROM assessments WHERE verdict <> 'unknown' AND statement_id IS NULL AND coalesce(note, '') = '';

-- rule: statements_agree_with_records; critical; statements; record_id
-- message: A statement belongs to another cluster than its record.
-- remedy: Attribute statements after records are given to clusters.
SELECT statement_id FROM statements JOIN cluster_records USING (record_id)
WHERE statements.cluster_id <> cluster_records.cluster_id;

-- rule: pair_in_order; warning; review_queue; record_a
-- message: A pair is not in the order of its ids.
-- remedy: record_a is the smaller id.
SELECT record_a FROM review_queue WHERE record_a >= record_b;

-- rule: no_statistic_without_n; critical; statistics; n
-- message: A figure is given with no cluster behind it.
-- remedy: Leave the value empty where n is 0, unless it counts.
SELECT statistic FROM statistics WHERE n = 0 AND "value" <> 0;

-- rule: cluster_totals_agree; critical; statistics; n_unknown
-- message: A figure rests on more clusters than the inventory holds.
-- remedy: Compute statistics from the published clusters of the same build.
SELECT statistic FROM statistics WHERE as_of = (SELECT "value" FROM about WHERE "key" = 'as_of')
AND dimension IN ('total', 'class', 'voivodeship', 'nuts2', 'sector') AND unit = 'clusters'
AND n > (SELECT count(*) FROM clusters);

-- rule: counts_add_up; critical; reconciliation; counted
-- message: Rows that entered a step are not the sum of where they went.
-- remedy: Find the step that drops rows and let them go into a named table with a reason.
SELECT stage, source_id FROM reconciliation GROUP BY stage, source_id
HAVING coalesce(sum(counted) FILTER (WHERE "into" = 'in'), 0) <> coalesce(sum(counted) FILTER (WHERE "into" <> 'in'), 0);

-- rule: retired_is_gone; critical; retired_ids; cluster_id
-- message: A retired id is in use again.
-- remedy: An id is never used twice: mint a new one.
SELECT cluster_id FROM retired_ids JOIN clusters USING (cluster_id);

-- rule: redirect_arrives; critical; retired_ids; successor_id
-- message: A redirect leads to an id that is neither published nor retired.
-- remedy: Let the successor be a published cluster.
SELECT cluster_id FROM retired_ids WHERE retired_as = 'merged'
AND (successor_id IS NULL OR successor_id NOT IN (SELECT cluster_id FROM clusters UNION ALL SELECT cluster_id FROM retired_ids));
