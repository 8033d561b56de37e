declare void @llvm.x86.sse2.pause()
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)

declare <2 x float> @llvm.fma.v2f32(<2 x float>, <2 x float>, <2 x float>)

declare <4 x float> @llvm.fma.v4f32(<4 x float>, <4 x float>, <4 x float>)

declare <4 x float> @llvm.masked.load.v4f32.p0(ptr, i32, <4 x i1>, <4 x float>)

declare <4 x i64> @llvm.masked.load.v4i64.p0(ptr, i32, <4 x i1>, <4 x i64>)

declare float @llvm.fma.f32(float, float, float)

declare void @llvm.masked.store.v4f32.p0(<4 x float>, ptr, i32, <4 x i1>)

define internal <4 x float> @nudge.exp.v4f32(<4 x float> %x0) alwaysinline {
entry:
  %r1 = fcmp ogt <4 x float> %x0, splat (float 0x4056400000000000)
  %r2 = select <4 x i1> %r1, <4 x float> splat (float 0x4056400000000000), <4 x float> %x0
  %r3 = fcmp olt <4 x float> %r2, splat (float 0xC05A000000000000)
  %r4 = select <4 x i1> %r3, <4 x float> splat (float 0xC05A000000000000), <4 x float> %r2
  %r5 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r4, <4 x float> splat (float 0x3FF7154760000000), <4 x float> splat (float 0x4168000000000000))
  %r6 = fsub <4 x float> %r5, splat (float 0x4168000000000000)
  %r7 = bitcast <4 x float> %r5 to <4 x i32>
  %r8 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r6, <4 x float> splat (float 0xBFE62E4300000000), <4 x float> %r4)
  %r9 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r6, <4 x float> splat (float 0x3E205C6100000000), <4 x float> %r8)
  %r10 = fmul <4 x float> %r9, %r9
  %r11 = call <4 x float> @llvm.fma.v4f32(<4 x float> splat (float 0x3F56D8E060000000), <4 x float> %r9, <4 x float> splat (float 0x3F812204C0000000))
  %r12 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r11, <4 x float> %r9, <4 x float> splat (float 0x3FA5554980000000))
  %r13 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r12, <4 x float> %r9, <4 x float> splat (float 0x3FC5554BC0000000))
  %r14 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r13, <4 x float> %r9, <4 x float> splat (float 0x3FE0000000000000))
  %r15 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r10, <4 x float> %r14, <4 x float> %r9)
  %r16 = sub <4 x i32> %r7, splat (i32 1262485250)
  %r17 = lshr <4 x i32> %r16, splat (i32 1)
  %r18 = fadd <4 x float> %r15, splat (float 0x3FF0000000000000)
  %r19 = shl <4 x i32> %r17, splat (i32 23)
  %r20 = bitcast <4 x i32> %r19 to <4 x float>
  %r21 = fmul <4 x float> %r18, %r20
  %r22 = sub <4 x i32> %r16, %r17
  %r23 = shl <4 x i32> %r22, splat (i32 23)
  %r24 = bitcast <4 x i32> %r23 to <4 x float>
  %r25 = fmul <4 x float> %r21, %r24
  ret <4 x float> %r25
}

define internal float @nudge.log.f32(float %x0) alwaysinline {
entry:
  %r1 = fcmp olt float %x0, 0x3810000000000000
  %r2 = fmul float %x0, 0x4160000000000000
  %r3 = select i1 %r1, float %r2, float %x0
  %r4 = bitcast float %r3 to i32
  %r5 = add i32 %r4, 4913933
  %r6 = lshr i32 %r5, 23
  %r7 = and i32 %r5, 8388607
  %r8 = add i32 %r7, 1060439283
  %r9 = bitcast i32 %r8 to float
  %r10 = add i32 %r6, 1258291200
  %r11 = bitcast i32 %r10 to float
  %r12 = fsub float %r11, 0x4160000FE0000000
  %r13 = fsub float %r9, 0x3FF0000000000000
  %r14 = fmul float %r12, 0xBE205C6100000000
  %r15 = fmul float %r13, %r13
  %r16 = call float @llvm.fma.f32(float 0xBFB469ABA0000000, float %r13, float 0x3FC06A2C80000000)
  %r17 = call float @llvm.fma.f32(float %r16, float %r13, float 0xBFC0B77C00000000)
  %r18 = call float @llvm.fma.f32(float %r17, float %r13, float 0x3FC2291820000000)
  %r19 = call float @llvm.fma.f32(float %r18, float %r13, float 0xBFC54A3460000000)
  %r20 = call float @llvm.fma.f32(float %r19, float %r13, float 0x3FC99A4400000000)
  %r21 = call float @llvm.fma.f32(float %r20, float %r13, float 0xBFD0001700000000)
  %r22 = call float @llvm.fma.f32(float %r21, float %r13, float 0x3FD55554E0000000)
  %r23 = call float @llvm.fma.f32(float %r22, float %r13, float 0xBFE0000000000000)
  %r24 = call float @llvm.fma.f32(float %r15, float %r23, float %r14)
  %r25 = fadd float %r13, %r24
  %r26 = call float @llvm.fma.f32(float %r12, float 0x3FE62E4300000000, float %r25)
  %r27 = fsub float %r26, 0x402FE28040000000
  %r28 = select i1 %r1, float %r27, float %r26
  %r29 = fcmp olt float %x0, 0x7FF0000000000000
  %r30 = select i1 %r29, float %r28, float %x0
  %r31 = fcmp oeq float %x0, 0x0000000000000000
  %r32 = select i1 %r31, float 0xFFF0000000000000, float %r30
  %r33 = fcmp olt float %x0, 0x0000000000000000
  %r34 = select i1 %r33, float 0x7FF8000000000000, float %r32
  ret float %r34
}

define internal void @g0(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ 0, %entry ], [ %r38, %body1 ]
  %c1 = icmp slt i64 %at1, 4
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = getelementptr i64, ptr %a0, i64 %at1
  %r3 = load i64, ptr %r2
  %r4 = icmp eq i64 %r3, -100
  %r5 = select i1 %r4, i64 0, i64 %r3
  %r6 = icmp ult i64 %r5, 3
  %r7 = getelementptr i64, ptr %report, i64 1
  %r8 = getelementptr i64, ptr %report, i64 2
  %r9 = getelementptr i64, ptr %report, i64 3
  %r10 = load i64, ptr %report
  %r11 = load i64, ptr %r7
  %r12 = load i64, ptr %r8
  %r13 = load i64, ptr %r9
  %r14 = icmp ne i64 %r10, 0
  %r15 = or i1 %r6, %r14
  %r16 = select i1 %r15, i64 %r10, i64 1
  store i64 %r16, ptr %report
  %r17 = select i1 %r15, i64 %r11, i64 %r5
  store i64 %r17, ptr %r7
  %r18 = select i1 %r15, i64 %r12, i64 %at1
  store i64 %r18, ptr %r8
  %r19 = select i1 %r15, i64 %r13, i64 3
  store i64 %r19, ptr %r9
  %r20 = select i1 %r6, i64 %r5, i64 0
  %r21 = getelementptr i64, ptr %a1, i64 %r20
  %r22 = load i64, ptr %r21
  %r23 = select i1 %r4, i64 -1, i64 %r22
  %r24 = call <4 x i64> @llvm.masked.load.v4i64.p0(ptr %a2, i32 8, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x i64> zeroinitializer)
  %r25 = insertelement <4 x i64> poison, i64 %r23, i64 0
  %r26 = shufflevector <4 x i64> %r25, <4 x i64> poison, <4 x i32> zeroinitializer
  %r27 = icmp eq <4 x i64> %r26, %r24
  %r28 = zext <4 x i1> %r27 to <4 x i64>
  %r29 = add <4 x i64> splat (i64 0), %r28
  %r30 = select <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x i64> %r29, <4 x i64> splat (i64 0)
  %r31 = shufflevector <4 x i64> %r30, <4 x i64> poison, <2 x i32> <i32 0, i32 1>
  %r32 = shufflevector <4 x i64> %r30, <4 x i64> poison, <2 x i32> <i32 2, i32 3>
  %r33 = add <2 x i64> %r31, %r32
  %r34 = extractelement <2 x i64> %r33, i64 0
  %r35 = extractelement <2 x i64> %r33, i64 1
  %r36 = add i64 %r34, %r35
  %r37 = getelementptr i64, ptr %a3, i64 %at1
  store i64 %r36, ptr %r37
  %r38 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g1(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr %report, i64 %low, i64 %high) {
entry:
  %r1 = load float, ptr %a1
  %r2 = insertelement <4 x float> poison, float %r1, i64 0
  %r3 = shufflevector <4 x float> %r2, <4 x float> poison, <4 x i32> zeroinitializer
  %r4 = load <4 x i64>, ptr %a0, align 8
  %r5 = add <4 x i64> splat (i64 0), %r4
  %r6 = shufflevector <4 x i64> %r5, <4 x i64> poison, <2 x i32> <i32 0, i32 1>
  %r7 = shufflevector <4 x i64> %r5, <4 x i64> poison, <2 x i32> <i32 2, i32 3>
  %r8 = add <2 x i64> %r6, %r7
  %r9 = extractelement <2 x i64> %r8, i64 0
  %r10 = extractelement <2 x i64> %r8, i64 1
  %r11 = add i64 %r9, %r10
  %r12 = sitofp i64 %r11 to float
  %r13 = fdiv float 0x3FF0000000000000, %r12
  %r14 = fmul float %r1, %r13
  %r15 = fneg float %r14
  store float %r15, ptr %a2
  store float %r12, ptr %a3
  ret void
}

define internal void @g2(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr noalias %a4, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ 0, %entry ], [ %r42, %body1 ]
  %c1 = icmp slt i64 %at1, 4
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = getelementptr i64, ptr %a0, i64 %at1
  %r3 = load i64, ptr %r2
  %r4 = icmp eq i64 %r3, -100
  %r5 = select i1 %r4, i64 0, i64 %r3
  %r6 = icmp ult i64 %r5, 3
  %r7 = getelementptr i64, ptr %report, i64 1
  %r8 = getelementptr i64, ptr %report, i64 2
  %r9 = getelementptr i64, ptr %report, i64 3
  %r10 = load i64, ptr %report
  %r11 = load i64, ptr %r7
  %r12 = load i64, ptr %r8
  %r13 = load i64, ptr %r9
  %r14 = icmp ne i64 %r10, 0
  %r15 = or i1 %r6, %r14
  %r16 = select i1 %r15, i64 %r10, i64 1
  store i64 %r16, ptr %report
  %r17 = select i1 %r15, i64 %r11, i64 %r5
  store i64 %r17, ptr %r7
  %r18 = select i1 %r15, i64 %r12, i64 %at1
  store i64 %r18, ptr %r8
  %r19 = select i1 %r15, i64 %r13, i64 3
  store i64 %r19, ptr %r9
  %r20 = select i1 %r6, i64 %r5, i64 0
  %r21 = getelementptr i64, ptr %a1, i64 %r20
  %r22 = load i64, ptr %r21
  %r23 = select i1 %r4, i64 -1, i64 %r22
  %r24 = load float, ptr %a3
  %r25 = call <4 x i64> @llvm.masked.load.v4i64.p0(ptr %a2, i32 8, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x i64> zeroinitializer)
  %r26 = insertelement <4 x i64> poison, i64 %r23, i64 0
  %r27 = shufflevector <4 x i64> %r26, <4 x i64> poison, <4 x i32> zeroinitializer
  %r28 = icmp eq <4 x i64> %r27, %r25
  %r29 = insertelement <4 x float> poison, float %r24, i64 0
  %r30 = shufflevector <4 x float> %r29, <4 x float> poison, <4 x i32> zeroinitializer
  %r31 = select <4 x i1> %r28, <4 x float> %r30, <4 x float> splat (float 0x0000000000000000)
  %r32 = fneg <4 x float> %r31
  %r33 = fadd <4 x float> splat (float 0x0000000000000000), %r32
  %r34 = select <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> %r33, <4 x float> splat (float 0x0000000000000000)
  %r35 = shufflevector <4 x float> %r34, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %r36 = shufflevector <4 x float> %r34, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %r37 = fadd <2 x float> %r35, %r36
  %r38 = extractelement <2 x float> %r37, i64 0
  %r39 = extractelement <2 x float> %r37, i64 1
  %r40 = fadd float %r38, %r39
  %r41 = getelementptr float, ptr %a4, i64 %at1
  store float %r40, ptr %r41
  %r42 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g3(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ 0, %entry ], [ %r21, %done2 ]
  %c1 = icmp slt i64 %at1, 4
  br i1 %c1, label %body1, label %done1
body1:
  br label %head2
head2:
  %at2 = phi i64 [ 0, %body1 ], [ %r20, %body2 ]
  %c2 = icmp slt i64 %at2, 3
  br i1 %c2, label %body2, label %done2
body2:
  %r3 = mul i64 %at1, 2
  %r4 = getelementptr float, ptr %a0, i64 %r3
  %r5 = load <2 x float>, ptr %r4, align 4
  %r6 = mul i64 %at2, 2
  %r7 = getelementptr float, ptr %a1, i64 %r6
  %r8 = load <2 x float>, ptr %r7, align 4
  %r9 = fmul <2 x float> %r5, %r8
  %r10 = fadd <2 x float> splat (float 0x0000000000000000), %r9
  %r11 = extractelement <2 x float> %r10, i64 0
  %r12 = extractelement <2 x float> %r10, i64 1
  %r13 = fadd float %r11, %r12
  %r14 = getelementptr float, ptr %a2, i64 %at2
  %r15 = load float, ptr %r14
  %r16 = fadd float %r13, %r15
  %r17 = mul i64 %at1, 3
  %r18 = add i64 %r17, %at2
  %r19 = getelementptr float, ptr %a3, i64 %r18
  store float %r16, ptr %r19
  %r20 = add i64 %at2, 1
  br label %head2
done2:
  %r21 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g4(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr noalias %a4, ptr noalias %a5, ptr noalias %a6, ptr noalias %a7, ptr %report, i64 %low, i64 %high) {
entry:
  %r1 = load float, ptr %a5
  %r2 = insertelement <4 x float> poison, float %r1, i64 0
  %r3 = shufflevector <4 x float> %r2, <4 x float> poison, <4 x i32> zeroinitializer
  br label %head4
head4:
  %at4 = phi i64 [ 0, %entry ], [ %r87, %body4 ]
  %c4 = icmp slt i64 %at4, 4
  br i1 %c4, label %body4, label %done4
body4:
  %r5 = mul i64 %at4, 3
  %r6 = getelementptr float, ptr %a0, i64 %r5
  %r7 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r6, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r8 = fcmp ogt <4 x float> splat (float 0xFFF0000000000000), %r7
  %r9 = fcmp uno <4 x float> splat (float 0xFFF0000000000000), splat (float 0xFFF0000000000000)
  %r10 = or <4 x i1> %r8, %r9
  %r11 = select <4 x i1> %r10, <4 x float> splat (float 0xFFF0000000000000), <4 x float> %r7
  %r12 = select <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> %r11, <4 x float> splat (float 0xFFF0000000000000)
  %r13 = shufflevector <4 x float> %r12, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %r14 = shufflevector <4 x float> %r12, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %r15 = fcmp ogt <2 x float> %r13, %r14
  %r16 = fcmp uno <2 x float> %r13, %r13
  %r17 = or <2 x i1> %r15, %r16
  %r18 = select <2 x i1> %r17, <2 x float> %r13, <2 x float> %r14
  %r19 = extractelement <2 x float> %r18, i64 0
  %r20 = extractelement <2 x float> %r18, i64 1
  %r21 = fcmp ogt float %r19, %r20
  %r22 = fcmp uno float %r19, %r19
  %r23 = or i1 %r21, %r22
  %r24 = select i1 %r23, float %r19, float %r20
  %r25 = insertelement <4 x float> poison, float %r24, i64 0
  %r26 = shufflevector <4 x float> %r25, <4 x float> poison, <4 x i32> zeroinitializer
  %r27 = fsub <4 x float> %r7, %r26
  %r28 = call <4 x float> @nudge.exp.v4f32(<4 x float> %r27)
  %r29 = fadd <4 x float> splat (float 0x0000000000000000), %r28
  %r30 = select <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> %r29, <4 x float> splat (float 0x0000000000000000)
  %r31 = shufflevector <4 x float> %r30, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %r32 = shufflevector <4 x float> %r30, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %r33 = fadd <2 x float> %r31, %r32
  %r34 = extractelement <2 x float> %r33, i64 0
  %r35 = extractelement <2 x float> %r33, i64 1
  %r36 = fadd float %r34, %r35
  %r37 = getelementptr i64, ptr %a1, i64 %at4
  %r38 = load i64, ptr %r37
  %r39 = icmp eq i64 %r38, -100
  %r40 = select i1 %r39, i64 0, i64 %r38
  %r41 = icmp ult i64 %r40, 3
  %r42 = getelementptr i64, ptr %report, i64 1
  %r43 = getelementptr i64, ptr %report, i64 2
  %r44 = getelementptr i64, ptr %report, i64 3
  %r45 = load i64, ptr %report
  %r46 = load i64, ptr %r42
  %r47 = load i64, ptr %r43
  %r48 = load i64, ptr %r44
  %r49 = icmp ne i64 %r45, 0
  %r50 = or i1 %r41, %r49
  %r51 = select i1 %r50, i64 %r45, i64 1
  store i64 %r51, ptr %report
  %r52 = select i1 %r50, i64 %r46, i64 %r40
  store i64 %r52, ptr %r42
  %r53 = select i1 %r50, i64 %r47, i64 %at4
  store i64 %r53, ptr %r43
  %r54 = select i1 %r50, i64 %r48, i64 3
  store i64 %r54, ptr %r44
  %r55 = select i1 %r41, i64 %r40, i64 0
  %r56 = getelementptr i64, ptr %a2, i64 %r55
  %r57 = load i64, ptr %r56
  %r58 = select i1 %r39, i64 -1, i64 %r57
  %r59 = call float @nudge.log.f32(float %r36)
  %r60 = call <4 x i64> @llvm.masked.load.v4i64.p0(ptr %a3, i32 8, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x i64> zeroinitializer)
  %r61 = insertelement <4 x i64> poison, i64 %r58, i64 0
  %r62 = shufflevector <4 x i64> %r61, <4 x i64> poison, <4 x i32> zeroinitializer
  %r63 = icmp eq <4 x i64> %r62, %r60
  %r64 = insertelement <4 x float> poison, float %r59, i64 0
  %r65 = shufflevector <4 x float> %r64, <4 x float> poison, <4 x i32> zeroinitializer
  %r66 = fsub <4 x float> %r27, %r65
  %r67 = select <4 x i1> %r63, <4 x float> %r66, <4 x float> splat (float 0x0000000000000000)
  %r68 = fadd <4 x float> splat (float 0x0000000000000000), %r67
  %r69 = select <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> %r68, <4 x float> splat (float 0x0000000000000000)
  %r70 = shufflevector <4 x float> %r69, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %r71 = shufflevector <4 x float> %r69, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %r72 = fadd <2 x float> %r70, %r71
  %r73 = extractelement <2 x float> %r72, i64 0
  %r74 = extractelement <2 x float> %r72, i64 1
  %r75 = fadd float %r73, %r74
  %r76 = getelementptr float, ptr %a4, i64 %at4
  %r77 = load float, ptr %r76
  %r78 = fdiv float 0x3FF0000000000000, %r36
  %r79 = fmul float %r77, %r78
  %r80 = select <4 x i1> %r63, <4 x float> %r3, <4 x float> splat (float 0x0000000000000000)
  %r81 = insertelement <4 x float> poison, float %r79, i64 0
  %r82 = shufflevector <4 x float> %r81, <4 x float> poison, <4 x i32> zeroinitializer
  %r83 = fmul <4 x float> %r82, %r28
  %r84 = fadd <4 x float> %r80, %r83
  %r85 = getelementptr float, ptr %a7, i64 %r5
  call void @llvm.masked.store.v4f32.p0(<4 x float> %r84, ptr %r85, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>)
  %r86 = getelementptr float, ptr %a6, i64 %at4
  store float %r75, ptr %r86
  %r87 = add i64 %at4, 1
  br label %head4
done4:
  ret void
}

define internal void @g5(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr %report, i64 %low, i64 %high) {
entry:
  %r1 = load float, ptr %a1
  %r2 = insertelement <4 x float> poison, float %r1, i64 0
  %r3 = shufflevector <4 x float> %r2, <4 x float> poison, <4 x i32> zeroinitializer
  %r4 = load <4 x float>, ptr %a0, align 4
  %r5 = fadd <4 x float> splat (float 0x0000000000000000), %r4
  %r6 = shufflevector <4 x float> %r5, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %r7 = shufflevector <4 x float> %r5, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %r8 = fadd <2 x float> %r6, %r7
  %r9 = extractelement <2 x float> %r8, i64 0
  %r10 = extractelement <2 x float> %r8, i64 1
  %r11 = fadd float %r9, %r10
  %r12 = fneg float %r11
  %r13 = fdiv float %r12, %r1
  store float %r13, ptr %a2
  ret void
}

define internal void @g6(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr %report, i64 %low, i64 %high) {
entry:
  %r1 = getelementptr double, ptr %a1, i64 1
  %r2 = load double, ptr %r1
  %r3 = fptrunc double %r2 to float
  %r4 = insertelement <4 x float> poison, float %r3, i64 0
  %r5 = shufflevector <4 x float> %r4, <4 x float> poison, <4 x i32> zeroinitializer
  %r6 = getelementptr double, ptr %a1, i64 2
  %r7 = load double, ptr %r6
  %r8 = fsub double 0x3FF0000000000000, %r7
  %r9 = fptrunc double %r8 to float
  %r10 = insertelement <4 x float> poison, float %r9, i64 0
  %r11 = shufflevector <4 x float> %r10, <4 x float> poison, <4 x i32> zeroinitializer
  %r12 = load double, ptr %a1
  %r13 = fptrunc double %r12 to float
  %r14 = insertelement <4 x float> poison, float %r13, i64 0
  %r15 = shufflevector <4 x float> %r14, <4 x float> poison, <4 x i32> zeroinitializer
  br label %head16
head16:
  %at16 = phi i64 [ 0, %entry ], [ %r37, %body16 ]
  %c16 = icmp slt i64 %at16, 1
  br i1 %c16, label %body16, label %done16
body16:
  %r17 = mul i64 %at16, 1
  %r18 = mul i64 %r17, 1
  %r19 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %a0, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r20 = fadd <4 x float> splat (float 0x0000000000000000), %r19
  %r21 = getelementptr float, ptr %a0, i64 3
  %r22 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r21, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r23 = fadd <4 x float> %r20, %r22
  %r24 = getelementptr float, ptr %a0, i64 6
  %r25 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r24, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r26 = fadd <4 x float> %r23, %r25
  %r27 = getelementptr float, ptr %a0, i64 9
  %r28 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r27, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r29 = fadd <4 x float> %r26, %r28
  %r30 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %a3, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r31 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %a2, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r32 = fmul <4 x float> %r31, %r5
  %r33 = fmul <4 x float> %r29, %r11
  %r34 = fadd <4 x float> %r32, %r33
  %r35 = fmul <4 x float> %r34, %r15
  %r36 = fsub <4 x float> %r30, %r35
  call void @llvm.masked.store.v4f32.p0(<4 x float> %r36, ptr %a3, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>)
  call void @llvm.masked.store.v4f32.p0(<4 x float> %r34, ptr %a2, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>)
  %r37 = add i64 %at16, 1
  br label %head16
done16:
  ret void
}

define internal void @g7(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr noalias %a4, ptr %report, i64 %low, i64 %high) {
entry:
  %r1 = getelementptr double, ptr %a2, i64 1
  %r2 = load double, ptr %r1
  %r3 = fptrunc double %r2 to float
  %r4 = insertelement <2 x float> poison, float %r3, i64 0
  %r5 = shufflevector <2 x float> %r4, <2 x float> poison, <2 x i32> zeroinitializer
  %r6 = getelementptr double, ptr %a2, i64 2
  %r7 = load double, ptr %r6
  %r8 = fsub double 0x3FF0000000000000, %r7
  %r9 = fptrunc double %r8 to float
  %r10 = insertelement <2 x float> poison, float %r9, i64 0
  %r11 = shufflevector <2 x float> %r10, <2 x float> poison, <2 x i32> zeroinitializer
  %r12 = load double, ptr %a2
  %r13 = fptrunc double %r12 to float
  %r14 = insertelement <2 x float> poison, float %r13, i64 0
  %r15 = shufflevector <2 x float> %r14, <2 x float> poison, <2 x i32> zeroinitializer
  br label %head16
head16:
  %at16 = phi i64 [ 0, %entry ], [ %r149, %done19 ]
  %c16 = icmp slt i64 %at16, 1
  br i1 %c16, label %body16, label %done16
body16:
  %r17 = mul i64 %at16, 1
  %r18 = mul i64 %r17, 3
  br label %head19
head19:
  %at19 = phi i64 [ 0, %body16 ], [ %r148, %body19 ]
  %c19 = icmp slt i64 %at19, 1
  br i1 %c19, label %body19, label %done19
body19:
  %r20 = mul i64 %at19, 2
  %r21 = getelementptr float, ptr %a0, i64 %r20
  %r22 = load <2 x float>, ptr %r21, align 4
  %r23 = getelementptr float, ptr %a1, i64 %r18
  %r24 = load float, ptr %r23
  %r25 = insertelement <2 x float> poison, float %r24, i64 0
  %r26 = shufflevector <2 x float> %r25, <2 x float> poison, <2 x i32> zeroinitializer
  %r28 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r22, <2 x float> %r26, <2 x float> splat (float 0x0000000000000000))
  %r29 = getelementptr float, ptr %r23, i64 1
  %r30 = load float, ptr %r29
  %r31 = insertelement <2 x float> poison, float %r30, i64 0
  %r32 = shufflevector <2 x float> %r31, <2 x float> poison, <2 x i32> zeroinitializer
  %r34 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r22, <2 x float> %r32, <2 x float> splat (float 0x0000000000000000))
  %r35 = getelementptr float, ptr %r23, i64 2
  %r36 = load float, ptr %r35
  %r37 = insertelement <2 x float> poison, float %r36, i64 0
  %r38 = shufflevector <2 x float> %r37, <2 x float> poison, <2 x i32> zeroinitializer
  %r40 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r22, <2 x float> %r38, <2 x float> splat (float 0x0000000000000000))
  %r41 = getelementptr float, ptr %r21, i64 2
  %r42 = load <2 x float>, ptr %r41, align 4
  %r43 = getelementptr float, ptr %r23, i64 3
  %r44 = load float, ptr %r43
  %r45 = insertelement <2 x float> poison, float %r44, i64 0
  %r46 = shufflevector <2 x float> %r45, <2 x float> poison, <2 x i32> zeroinitializer
  %r48 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r42, <2 x float> %r46, <2 x float> %r28)
  %r49 = getelementptr float, ptr %r23, i64 4
  %r50 = load float, ptr %r49
  %r51 = insertelement <2 x float> poison, float %r50, i64 0
  %r52 = shufflevector <2 x float> %r51, <2 x float> poison, <2 x i32> zeroinitializer
  %r54 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r42, <2 x float> %r52, <2 x float> %r34)
  %r55 = getelementptr float, ptr %r23, i64 5
  %r56 = load float, ptr %r55
  %r57 = insertelement <2 x float> poison, float %r56, i64 0
  %r58 = shufflevector <2 x float> %r57, <2 x float> poison, <2 x i32> zeroinitializer
  %r60 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r42, <2 x float> %r58, <2 x float> %r40)
  %r61 = getelementptr float, ptr %r21, i64 4
  %r62 = load <2 x float>, ptr %r61, align 4
  %r63 = getelementptr float, ptr %r23, i64 6
  %r64 = load float, ptr %r63
  %r65 = insertelement <2 x float> poison, float %r64, i64 0
  %r66 = shufflevector <2 x float> %r65, <2 x float> poison, <2 x i32> zeroinitializer
  %r68 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r62, <2 x float> %r66, <2 x float> %r48)
  %r69 = getelementptr float, ptr %r23, i64 7
  %r70 = load float, ptr %r69
  %r71 = insertelement <2 x float> poison, float %r70, i64 0
  %r72 = shufflevector <2 x float> %r71, <2 x float> poison, <2 x i32> zeroinitializer
  %r74 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r62, <2 x float> %r72, <2 x float> %r54)
  %r75 = getelementptr float, ptr %r23, i64 8
  %r76 = load float, ptr %r75
  %r77 = insertelement <2 x float> poison, float %r76, i64 0
  %r78 = shufflevector <2 x float> %r77, <2 x float> poison, <2 x i32> zeroinitializer
  %r80 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r62, <2 x float> %r78, <2 x float> %r60)
  %r81 = getelementptr float, ptr %r21, i64 6
  %r82 = load <2 x float>, ptr %r81, align 4
  %r83 = getelementptr float, ptr %r23, i64 9
  %r84 = load float, ptr %r83
  %r85 = insertelement <2 x float> poison, float %r84, i64 0
  %r86 = shufflevector <2 x float> %r85, <2 x float> poison, <2 x i32> zeroinitializer
  %r88 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r82, <2 x float> %r86, <2 x float> %r68)
  %r89 = getelementptr float, ptr %r23, i64 10
  %r90 = load float, ptr %r89
  %r91 = insertelement <2 x float> poison, float %r90, i64 0
  %r92 = shufflevector <2 x float> %r91, <2 x float> poison, <2 x i32> zeroinitializer
  %r94 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r82, <2 x float> %r92, <2 x float> %r74)
  %r95 = getelementptr float, ptr %r23, i64 11
  %r96 = load float, ptr %r95
  %r97 = insertelement <2 x float> poison, float %r96, i64 0
  %r98 = shufflevector <2 x float> %r97, <2 x float> poison, <2 x i32> zeroinitializer
  %r100 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r82, <2 x float> %r98, <2 x float> %r80)
  %r101 = mul i64 %r18, 2
  %r102 = add i64 %r101, %r20
  %r103 = getelementptr float, ptr %a4, i64 %r102
  %r104 = load <2 x float>, ptr %r103, align 4
  %r105 = getelementptr float, ptr %a3, i64 %r102
  %r106 = load <2 x float>, ptr %r105, align 4
  %r107 = fmul <2 x float> %r106, %r5
  %r108 = fmul <2 x float> %r88, %r11
  %r109 = fadd <2 x float> %r107, %r108
  %r110 = fmul <2 x float> %r109, %r15
  %r111 = fsub <2 x float> %r104, %r110
  %r112 = getelementptr float, ptr %a4, i64 %r102
  store <2 x float> %r111, ptr %r112, align 4
  %r113 = getelementptr float, ptr %a3, i64 %r102
  store <2 x float> %r109, ptr %r113, align 4
  %r114 = mul i64 %r18, 2
  %r115 = add i64 %r114, %r20
  %r116 = getelementptr float, ptr %a4, i64 %r115
  %r117 = getelementptr float, ptr %r116, i64 2
  %r118 = load <2 x float>, ptr %r117, align 4
  %r119 = getelementptr float, ptr %a3, i64 %r115
  %r120 = getelementptr float, ptr %r119, i64 2
  %r121 = load <2 x float>, ptr %r120, align 4
  %r122 = fmul <2 x float> %r121, %r5
  %r123 = fmul <2 x float> %r94, %r11
  %r124 = fadd <2 x float> %r122, %r123
  %r125 = fmul <2 x float> %r124, %r15
  %r126 = fsub <2 x float> %r118, %r125
  %r127 = getelementptr float, ptr %a4, i64 %r115
  %r128 = getelementptr float, ptr %r127, i64 2
  store <2 x float> %r126, ptr %r128, align 4
  %r129 = getelementptr float, ptr %a3, i64 %r115
  %r130 = getelementptr float, ptr %r129, i64 2
  store <2 x float> %r124, ptr %r130, align 4
  %r131 = mul i64 %r18, 2
  %r132 = add i64 %r131, %r20
  %r133 = getelementptr float, ptr %a4, i64 %r132
  %r134 = getelementptr float, ptr %r133, i64 4
  %r135 = load <2 x float>, ptr %r134, align 4
  %r136 = getelementptr float, ptr %a3, i64 %r132
  %r137 = getelementptr float, ptr %r136, i64 4
  %r138 = load <2 x float>, ptr %r137, align 4
  %r139 = fmul <2 x float> %r138, %r5
  %r140 = fmul <2 x float> %r100, %r11
  %r141 = fadd <2 x float> %r139, %r140
  %r142 = fmul <2 x float> %r141, %r15
  %r143 = fsub <2 x float> %r135, %r142
  %r144 = getelementptr float, ptr %a4, i64 %r132
  %r145 = getelementptr float, ptr %r144, i64 4
  store <2 x float> %r143, ptr %r145, align 4
  %r146 = getelementptr float, ptr %a3, i64 %r132
  %r147 = getelementptr float, ptr %r146, i64 4
  store <2 x float> %r141, ptr %r147, align 4
  %r148 = add i64 %at19, 1
  br label %head19
done19:
  %r149 = add i64 %at16, 1
  br label %head16
done16:
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
  %p0_1_slot = getelementptr ptr, ptr %given, i64 5
  %p0_1 = load ptr, ptr %p0_1_slot
  %p0_2_slot = getelementptr ptr, ptr %given, i64 6
  %p0_2 = load ptr, ptr %p0_2_slot
  %p0_3 = getelementptr i8, ptr %arena, i64 0
  call void @g0(ptr %p0_0, ptr %p0_1, ptr %p0_2, ptr %p0_3, ptr %report, i64 0, i64 1)
  br label %done_g0
done_g0:
  br i1 %first, label %do_g1, label %done_g1
do_g1:
  %p1_0 = getelementptr i8, ptr %arena, i64 0
  %p1_1_slot = getelementptr ptr, ptr %given, i64 7
  %p1_1 = load ptr, ptr %p1_1_slot
  %p1_2 = getelementptr i8, ptr %arena, i64 128
  %p1_3 = getelementptr i8, ptr %arena, i64 256
  call void @g1(ptr %p1_0, ptr %p1_1, ptr %p1_2, ptr %p1_3, ptr %report, i64 0, i64 1)
  br label %done_g1
done_g1:
  br i1 %first, label %do_g2, label %done_g2
do_g2:
  %p2_0_slot = getelementptr ptr, ptr %given, i64 1
  %p2_0 = load ptr, ptr %p2_0_slot
  %p2_1_slot = getelementptr ptr, ptr %given, i64 5
  %p2_1 = load ptr, ptr %p2_1_slot
  %p2_2_slot = getelementptr ptr, ptr %given, i64 6
  %p2_2 = load ptr, ptr %p2_2_slot
  %p2_3 = getelementptr i8, ptr %arena, i64 128
  %p2_4 = getelementptr i8, ptr %arena, i64 0
  call void @g2(ptr %p2_0, ptr %p2_1, ptr %p2_2, ptr %p2_3, ptr %p2_4, ptr %report, i64 0, i64 1)
  br label %done_g2
done_g2:
  br i1 %first, label %do_g3, label %done_g3
do_g3:
  %p3_0_slot = getelementptr ptr, ptr %given, i64 0
  %p3_0 = load ptr, ptr %p3_0_slot
  %p3_1_slot = getelementptr ptr, ptr %given, i64 3
  %p3_1 = load ptr, ptr %p3_1_slot
  %p3_2_slot = getelementptr ptr, ptr %given, i64 4
  %p3_2 = load ptr, ptr %p3_2_slot
  %p3_3 = getelementptr i8, ptr %arena, i64 384
  call void @g3(ptr %p3_0, ptr %p3_1, ptr %p3_2, ptr %p3_3, ptr %report, i64 0, i64 1)
  br label %done_g3
done_g3:
  br i1 %first, label %do_g4, label %done_g4
do_g4:
  %p4_0 = getelementptr i8, ptr %arena, i64 384
  %p4_1_slot = getelementptr ptr, ptr %given, i64 1
  %p4_1 = load ptr, ptr %p4_1_slot
  %p4_2_slot = getelementptr ptr, ptr %given, i64 5
  %p4_2 = load ptr, ptr %p4_2_slot
  %p4_3_slot = getelementptr ptr, ptr %given, i64 6
  %p4_3 = load ptr, ptr %p4_3_slot
  %p4_4 = getelementptr i8, ptr %arena, i64 0
  %p4_5 = getelementptr i8, ptr %arena, i64 128
  %p4_6 = getelementptr i8, ptr %arena, i64 512
  %p4_7 = getelementptr i8, ptr %arena, i64 640
  call void @g4(ptr %p4_0, ptr %p4_1, ptr %p4_2, ptr %p4_3, ptr %p4_4, ptr %p4_5, ptr %p4_6, ptr %p4_7, ptr %report, i64 0, i64 1)
  br label %done_g4
done_g4:
  br i1 %first, label %do_g5, label %done_g5
do_g5:
  %p5_0 = getelementptr i8, ptr %arena, i64 512
  %p5_1 = getelementptr i8, ptr %arena, i64 256
  %p5_2_slot = getelementptr ptr, ptr %given, i64 10
  %p5_2 = load ptr, ptr %p5_2_slot
  call void @g5(ptr %p5_0, ptr %p5_1, ptr %p5_2, ptr %report, i64 0, i64 1)
  br label %done_g5
done_g5:
  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 false)
  %wrong6 = load i64, ptr %report
  %well6 = icmp eq i64 %wrong6, 0
  br i1 %well6, label %go6, label %end
go6:
  br i1 %first, label %do_g6, label %done_g6
do_g6:
  %p6_0 = getelementptr i8, ptr %arena, i64 640
  %p6_1_slot = getelementptr ptr, ptr %given, i64 2
  %p6_1 = load ptr, ptr %p6_1_slot
  %p6_2_slot = getelementptr ptr, ptr %given, i64 9
  %p6_2 = load ptr, ptr %p6_2_slot
  %p6_3_slot = getelementptr ptr, ptr %given, i64 4
  %p6_3 = load ptr, ptr %p6_3_slot
  call void @g6(ptr %p6_0, ptr %p6_1, ptr %p6_2, ptr %p6_3, ptr %report, i64 0, i64 1)
  br label %done_g6
done_g6:
  br i1 %first, label %do_g7, label %done_g7
do_g7:
  %p7_0_slot = getelementptr ptr, ptr %given, i64 0
  %p7_0 = load ptr, ptr %p7_0_slot
  %p7_1 = getelementptr i8, ptr %arena, i64 640
  %p7_2_slot = getelementptr ptr, ptr %given, i64 2
  %p7_2 = load ptr, ptr %p7_2_slot
  %p7_3_slot = getelementptr ptr, ptr %given, i64 8
  %p7_3 = load ptr, ptr %p7_3_slot
  %p7_4_slot = getelementptr ptr, ptr %given, i64 3
  %p7_4 = load ptr, ptr %p7_4_slot
  call void @g7(ptr %p7_0, ptr %p7_1, ptr %p7_2, ptr %p7_3, ptr %p7_4, ptr %report, i64 0, i64 1)
  br label %done_g7
done_g7:
  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 false)
  br label %next
next:
  %following = add i64 %step, 1
  br label %again
end:
  call void @llvm.x86.sse.ldmxcsr(ptr %mode)
  ret void
}

