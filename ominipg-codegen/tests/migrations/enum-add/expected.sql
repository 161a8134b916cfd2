-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TYPE "mood" ADD VALUE 'best' BEFORE 'good';

ALTER TYPE "mood" ADD VALUE 'fair' AFTER 'good';

ALTER TYPE "mood" ADD VALUE 'worst' AFTER 'bad';
