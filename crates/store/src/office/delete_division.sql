-- A division goes, if nothing lies in it. $1 code, $2 version it was read with.
delete from division
where code = $1 and version = $2
    and not exists (select 1 from division below where below.parent = $1)
    and not exists (select 1 from office where division = $1)
