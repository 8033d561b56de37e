declare void @llvm.x86.sse2.pause()
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)

define internal void @g0(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ 0, %entry ], [ %r24, %body1 ]
  %c1 = icmp slt i64 %at1, 3
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = getelementptr i64, ptr %a0, i64 %at1
  %r3 = load i64, ptr %r2
  %r4 = icmp ult i64 %r3, 7
  %r5 = getelementptr i64, ptr %report, i64 1
  %r6 = getelementptr i64, ptr %report, i64 2
  %r7 = getelementptr i64, ptr %report, i64 3
  %r8 = load i64, ptr %report
  %r9 = load i64, ptr %r5
  %r10 = load i64, ptr %r6
  %r11 = load i64, ptr %r7
  %r12 = icmp ne i64 %r8, 0
  %r13 = or i1 %r4, %r12
  %r14 = select i1 %r13, i64 %r8, i64 1
  store i64 %r14, ptr %report
  %r15 = select i1 %r13, i64 %r9, i64 %r3
  store i64 %r15, ptr %r5
  %r16 = select i1 %r13, i64 %r10, i64 %at1
  store i64 %r16, ptr %r6
  %r17 = select i1 %r13, i64 %r11, i64 7
  store i64 %r17, ptr %r7
  %r18 = select i1 %r4, i64 %r3, i64 0
  %r19 = mul i64 %r18, 4
  %r20 = getelementptr double, ptr %a1, i64 %r19
  %r21 = load <4 x double>, ptr %r20, align 8
  %r22 = mul i64 %at1, 4
  %r23 = getelementptr double, ptr %a2, i64 %r22
  store <4 x double> %r21, ptr %r23, align 8
  %r24 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g1(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ 0, %entry ], [ %r9, %done2 ]
  %c1 = icmp slt i64 %at1, 7
  br i1 %c1, label %body1, label %done1
body1:
  br label %head2
head2:
  %at2 = phi i64 [ 0, %body1 ], [ %r8, %body2 ]
  %c2 = icmp slt i64 %at2, 4
  br i1 %c2, label %body2, label %done2
body2:
  %r3 = mul i64 0, 7
  %r4 = add i64 %r3, %at1
  %r5 = mul i64 %r4, 4
  %r6 = add i64 %r5, %at2
  %r7 = getelementptr double, ptr %a2, i64 %r6
  store double 0x0000000000000000, ptr %r7
  %r8 = add i64 %at2, 1
  br label %head2
done2:
  %r9 = add i64 %at1, 1
  br label %head1
done1:
  br label %head10
head10:
  %at10 = phi i64 [ 0, %done1 ], [ %r91, %done51 ]
  %c10 = icmp slt i64 %at10, 3
  br i1 %c10, label %body10, label %done10
body10:
  br label %head11
head11:
  %at11 = phi i64 [ 0, %body10 ], [ %r50, %body11 ]
  %c11 = icmp slt i64 %at11, 1
  br i1 %c11, label %body11, label %done11
body11:
  %r12 = mul i64 %at11, 4
  %r13 = mul i64 0, 3
  %r14 = add i64 %r13, %at10
  %r15 = getelementptr i64, ptr %a1, i64 %r14
  %r16 = load i64, ptr %r15
  %r17 = icmp ult i64 %r16, 7
  %r18 = getelementptr i64, ptr %report, i64 1
  %r19 = getelementptr i64, ptr %report, i64 2
  %r20 = getelementptr i64, ptr %report, i64 3
  %r21 = load i64, ptr %report
  %r22 = load i64, ptr %r18
  %r23 = load i64, ptr %r19
  %r24 = load i64, ptr %r20
  %r25 = icmp ne i64 %r21, 0
  %r26 = or i1 %r17, %r25
  %r27 = select i1 %r26, i64 %r21, i64 2
  store i64 %r27, ptr %report
  %r28 = select i1 %r26, i64 %r22, i64 %r16
  store i64 %r28, ptr %r18
  %r29 = select i1 %r26, i64 %r23, i64 %r14
  store i64 %r29, ptr %r19
  %r30 = select i1 %r26, i64 %r24, i64 7
  store i64 %r30, ptr %r20
  %r31 = select i1 %r17, i64 %r16, i64 0
  %r32 = mul i64 0, 3
  %r33 = add i64 %r32, %at10
  %r34 = mul i64 %r33, 4
  %r35 = add i64 %r34, %r12
  %r36 = getelementptr double, ptr %a0, i64 %r35
  %r37 = load <4 x double>, ptr %r36, align 8
  %r38 = mul i64 0, 7
  %r39 = add i64 %r38, %r31
  %r40 = mul i64 %r39, 4
  %r41 = add i64 %r40, %r12
  %r42 = getelementptr double, ptr %a2, i64 %r41
  %r43 = load <4 x double>, ptr %r42, align 8
  %r44 = fadd <4 x double> %r43, %r37
  %r45 = mul i64 0, 7
  %r46 = add i64 %r45, %r31
  %r47 = mul i64 %r46, 4
  %r48 = add i64 %r47, %r12
  %r49 = getelementptr double, ptr %a2, i64 %r48
  store <4 x double> %r44, ptr %r49, align 8
  %r50 = add i64 %at11, 1
  br label %head11
done11:
  br label %head51
head51:
  %at51 = phi i64 [ 0, %done11 ], [ %r90, %body51 ]
  %c51 = icmp slt i64 %at51, 0
  br i1 %c51, label %body51, label %done51
body51:
  %r52 = add i64 %at51, 4
  %r53 = mul i64 0, 3
  %r54 = add i64 %r53, %at10
  %r55 = getelementptr i64, ptr %a1, i64 %r54
  %r56 = load i64, ptr %r55
  %r57 = icmp ult i64 %r56, 7
  %r58 = getelementptr i64, ptr %report, i64 1
  %r59 = getelementptr i64, ptr %report, i64 2
  %r60 = getelementptr i64, ptr %report, i64 3
  %r61 = load i64, ptr %report
  %r62 = load i64, ptr %r58
  %r63 = load i64, ptr %r59
  %r64 = load i64, ptr %r60
  %r65 = icmp ne i64 %r61, 0
  %r66 = or i1 %r57, %r65
  %r67 = select i1 %r66, i64 %r61, i64 2
  store i64 %r67, ptr %report
  %r68 = select i1 %r66, i64 %r62, i64 %r56
  store i64 %r68, ptr %r58
  %r69 = select i1 %r66, i64 %r63, i64 %r54
  store i64 %r69, ptr %r59
  %r70 = select i1 %r66, i64 %r64, i64 7
  store i64 %r70, ptr %r60
  %r71 = select i1 %r57, i64 %r56, i64 0
  %r72 = mul i64 0, 3
  %r73 = add i64 %r72, %at10
  %r74 = mul i64 %r73, 4
  %r75 = add i64 %r74, %r52
  %r76 = getelementptr double, ptr %a0, i64 %r75
  %r77 = load double, ptr %r76
  %r78 = mul i64 0, 7
  %r79 = add i64 %r78, %r71
  %r80 = mul i64 %r79, 4
  %r81 = add i64 %r80, %r52
  %r82 = getelementptr double, ptr %a2, i64 %r81
  %r83 = load double, ptr %r82
  %r84 = fadd double %r83, %r77
  %r85 = mul i64 0, 7
  %r86 = add i64 %r85, %r71
  %r87 = mul i64 %r86, 4
  %r88 = add i64 %r87, %r52
  %r89 = getelementptr double, ptr %a2, i64 %r88
  store double %r84, ptr %r89
  %r90 = add i64 %at51, 1
  br label %head51
done51:
  %r91 = add i64 %at10, 1
  br label %head10
done10:
  ret void
}

declare i32 @sched_yield()

define internal void @meet(ptr %meet, i64 %threads, i64 %thread, i1 %counts) {
entry:
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %done, label %come
come:
  %turns = getelementptr i64, ptr %meet, i64 8
  %turn = load atomic i64, ptr %turns seq_cst, align 8
  %were = atomicrmw add ptr %meet, i64 1 seq_cst
  %are = add i64 %were, 1
  %last = icmp eq i64 %are, %threads
  br i1 %last, label %open, label %wait
open:
  store atomic i64 0, ptr %meet seq_cst, align 8
  %next = add i64 %turn, 1
  store atomic i64 %next, ptr %turns seq_cst, align 8
  br label %done
wait:
  %spins = phi i64 [ 0, %come ], [ %more, %again ]
  %now = load atomic i64, ptr %turns seq_cst, align 8
  %opened = icmp ne i64 %now, %turn
  br i1 %opened, label %met, label %spin
spin:
  call void @llvm.x86.sse2.pause()
  %more = add i64 %spins, 1
  %long = icmp ugt i64 %more, 2000
  br i1 %long, label %yield, label %again
yield:
  call i32 @sched_yield()
  br label %again
again:
  br label %wait
met:
  br i1 %counts, label %count, label %done
count:
  %line = mul i64 %thread, 8
  %word = add i64 %line, 24
  %waits_at = getelementptr i64, ptr %meet, i64 %word
  %waits = load i64, ptr %waits_at
  %all = add i64 %waits, %spins
  store i64 %all, ptr %waits_at
  br label %done
done:
  ret void
}

declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)

define internal void @feed(ptr %feed, i64 %step, i64 %begin, i64 %beyond) {
entry:
  %rows_at = getelementptr i64, ptr %feed, i64 1
  %numbers_at = getelementptr i64, ptr %feed, i64 2
  %arrays = load i64, ptr %feed
  %rows = load i64, ptr %rows_at
  %all = load ptr, ptr %numbers_at
  %before = mul i64 %step, %rows
  %numbers = getelementptr i64, ptr %all, i64 %before
  %from = mul i64 %begin, %rows
  %to = mul i64 %beyond, %rows
  %low = udiv i64 %from, 512
  %high = udiv i64 %to, 512
  br label %each
each:
  %array = phi i64 [ 0, %entry ], [ %array_next, %array_done ]
  %left = icmp slt i64 %array, %arrays
  br i1 %left, label %found, label %done
found:
  %third = mul i64 %array, 3
  %offset = add i64 %third, 3
  %entry_at = getelementptr i64, ptr %feed, i64 %offset
  %to_at = getelementptr i64, ptr %entry_at, i64 1
  %bytes_at = getelementptr i64, ptr %entry_at, i64 2
  %source = load ptr, ptr %entry_at
  %target = load ptr, ptr %to_at
  %bytes = load i64, ptr %bytes_at
  br label %row
row:
  %k = phi i64 [ %low, %found ], [ %k_next, %copy ]
  %in = icmp slt i64 %k, %high
  br i1 %in, label %copy, label %array_done
copy:
  %number_at = getelementptr i64, ptr %numbers, i64 %k
  %number = load i64, ptr %number_at
  %source_byte = mul i64 %number, %bytes
  %target_byte = mul i64 %k, %bytes
  %source_row = getelementptr i8, ptr %source, i64 %source_byte
  %target_row = getelementptr i8, ptr %target, i64 %target_byte
  call void @llvm.memmove.p0.p0.i64(ptr %target_row, ptr %source_row, i64 %bytes, i1 false)
  %k_next = add i64 %k, 1
  br label %row
array_done:
  %array_next = add i64 %array, 1
  br label %each
done:
  ret void
}

define void @step(
    ptr %given, ptr %arena, ptr %report, ptr %feed, i64 %steps, i64 %thread, i64 %threads, ptr %meet
) {
entry:
  %mode = alloca i32
  %flushing = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %mode)
  %mode_before = load i32, ptr %mode
  %mode_inside = or i32 %mode_before, 32832
  store i32 %mode_inside, ptr %flushing
  call void @llvm.x86.sse.ldmxcsr(ptr %flushing)
  %first = icmp eq i64 %thread, 0
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %start, label %beside
beside:
  %cut_at = getelementptr i64, ptr %meet, i64 16
  %cut = load i64, ptr %cut_at
  br label %start
start:
  %mine = phi i64 [ 512, %entry ], [ %cut, %beside ]
  %begin = select i1 %first, i64 0, i64 %mine
  %beyond = select i1 %first, i64 %mine, i64 512
  br label %again
again:
  %step = phi i64 [ 0, %start ], [ %following, %next ]
  %more = icmp slt i64 %step, %steps
  br i1 %more, label %fed, label %end
fed:
  %feeds = icmp ne ptr %feed, null
  br i1 %feeds, label %feeding, label %body
feeding:
  call void @feed(ptr %feed, i64 %step, i64 %begin, i64 %beyond)
  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 false)
  br label %body
body:
  br i1 %first, label %do_g0, label %done_g0
do_g0:
  %p0_0_slot = getelementptr ptr, ptr %given, i64 1
  %p0_0 = load ptr, ptr %p0_0_slot
  %p0_1_slot = getelementptr ptr, ptr %given, i64 0
  %p0_1 = load ptr, ptr %p0_1_slot
  %p0_2_slot = getelementptr ptr, ptr %given, i64 2
  %p0_2 = load ptr, ptr %p0_2_slot
  call void @g0(ptr %p0_0, ptr %p0_1, ptr %p0_2, ptr %report, i64 0, i64 1)
  br label %done_g0
done_g0:
  br i1 %first, label %do_g1, label %done_g1
do_g1:
  %p1_0_slot = getelementptr ptr, ptr %given, i64 1
  %p1_0 = load ptr, ptr %p1_0_slot
  %p1_1_slot = getelementptr ptr, ptr %given, i64 0
  %p1_1 = load ptr, ptr %p1_1_slot
  %p1_2 = getelementptr i8, ptr %arena, i64 0
  call void @g0(ptr %p1_0, ptr %p1_1, ptr %p1_2, ptr %report, i64 0, i64 1)
  br label %done_g1
done_g1:
  br i1 %first, label %do_g2, label %done_g2
do_g2:
  %p2_0 = getelementptr i8, ptr %arena, i64 0
  %p2_1_slot = getelementptr ptr, ptr %given, i64 1
  %p2_1 = load ptr, ptr %p2_1_slot
  %p2_2_slot = getelementptr ptr, ptr %given, i64 3
  %p2_2 = load ptr, ptr %p2_2_slot
  call void @g1(ptr %p2_0, ptr %p2_1, ptr %p2_2, ptr %report, i64 0, i64 1)
  br label %done_g2
done_g2:
  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 false)
  br label %next
next:
  %following = add i64 %step, 1
  br label %again
end:
  call void @llvm.x86.sse.ldmxcsr(ptr %mode)
  ret void
}

