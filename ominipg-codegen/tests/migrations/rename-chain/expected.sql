-- 0002_step: made by ominipg-codegen. Until it has run somewhere, it may be edited.

ALTER TABLE "a" RENAME COLUMN "y" TO "z";

ALTER TABLE "a" RENAME COLUMN "x" TO "y";

ALTER TABLE "a" RENAME CONSTRAINT "a_y_minimum" TO "a_z_minimum";

ALTER TABLE "a" RENAME CONSTRAINT "a_x_minimum" TO "a_y_minimum";
