-- An account that a full file lacks has left the file on the day of that file, until another names it
-- again. Its last row stays, so that what happened before still counts.
create view as_of.absences as
with presences as (
    select
        account_id,
        valid_from,
        valid_to as left_on,
        lead(valid_from) over (partition by account_id order by valid_from) as back_on
    from history.accounts
    where as_of() is not null
        and valid_from is distinct from valid_to
        and (valid_from <= as_of() or valid_from = first_as_of('accounts'))
)
select *
from presences
where left_on <= as_of()
    and left_on is distinct from back_on
    -- A row that was corrected is closed as well, but not by a file that lacks its account.
    and left_on in (
        select s.as_of from meta.snapshots s where s.table_name = 'accounts' and s.mode = 'full'
    );
comment on view as_of.absences is 'From when to when an account was not in the file of accounts';

create view as_of.last_rows as
select account_id, valid_from from as_of.absences where back_on is null;
comment on view as_of.last_rows is 'The last rows of accounts that are not in the file any more';

create view as_of.outcomes as
select distinct on (account_id) account_id, effective_on, outcome, merged_into, lost_reason, lost_to
from history.account_outcomes
where is_in_force(valid_from, valid_to, 'account_outcomes')
    and void is not true
    and effective_on <= as_of()
    and account_id in (select account_id from as_of.last_rows)
order by account_id, effective_on desc;
comment on view as_of.outcomes is 'What became of accounts that are not in the file any more';

-- Who was lost stays a customer up to the day of loss, whenever the file began to lack the account.
create view as_of.absence_lists as
select
    account_id,
    list({'left_on': left_on, 'back_on': back_on} order by left_on) as absences
from as_of.absences
where back_on is not null
    or account_id not in (select account_id from as_of.outcomes where outcome = 'lost')
group by account_id;
comment on view as_of.absence_lists is 'The absences of an account, but for one that ended in its loss';
